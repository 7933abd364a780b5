import { need, type Need } from './need.js';

/** Pictures, videos and sound that are made or changed. */
export const MAKING_NEEDS: readonly Need[] = [
  need(
    'upscale, upscaler, enlarge, bigger, larger, super resolution, superresolution, higher resolution, high resolution, increase resolution, increase size, increase pixels, low resolution, hi res, low res, resize up, scale up, blow up, without losing quality, sharper and bigger, too small, more pixels, magnify, more detail, upres, pixelated, print quality',
    'upscale, enlarge, upscaler, superresolution',
    'image-super-resolution, super-resolution, image-upscaling, upscaling, image-upscale, video-upscaling, video-super-resolution',
  ),
  need(
    'remove background, removing bg, rembg, cut out, cutout, background transparent, transparent png, without background, no background, delete background, erase background, strip background, isolate subject, isolate person, isolate product, matting, background eraser, background remover, cut me out, cut person out, cut out of, foreground, see through, green screen',
    'matting, cutout, rembg',
    'background-removal, remove-background, image-matting, matting, video-background-removal, video-matting',
  ),
  need(
    'replace background, change background, swap background, new background, different background, backdrop',
    'backdrop, background',
    'background-replacement, background-generation, background-change',
  ),
  need(
    'transcribe, transcript, transcription, speech recognition, dictation, asr, stt, speech to text, audio to text, voice to text, what is said, what was said, meeting notes, write down spoken, what they say, what did they say, call recording, recording to text, subtitles from audio, dictate, podcast to text, interview to text, lecture to text, recognise speech, spoken words, meeting transcript, voice typing',
    'transcribe, transcription, asr, stt, whisper',
    'automatic-speech-recognition, speech-to-text, speech-recognition, audio-to-text, transcription, audio-transcription',
  ),
  need(
    'text to speech, tts, read aloud, speak text, narrate, narration, voiceover, voice over, narrator, say out loud, out loud, speak, text to voice, text to audio, audiobook, spoken audio, speech synthesis, announce, announcement, read to me, say text, speaking voice, synthetic voice, read article',
    'tts, narration, voiceover, speak',
    'text-to-speech, speech-synthesis, text-to-audio',
  ),
  need(
    'clone voice, copy voice, voice cloning, imitate voice, sound like me, mimic voice, same voice, own voice, my voice, sound like voice, voice clone, someone voice',
    'cloning',
    'voice-cloning, voice-clone',
  ),
  need(
    'change voice, voice changer, voice conversion, another voice, speech to speech, different voice',
    'conversion',
    'voice-conversion, speech-to-speech, voice-changer, audio-to-audio',
  ),
  need(
    'music, song, melody, beat, jingle, soundtrack, tune, compose, background music, instrumental, songwriting, write song, lyrics, score, make beat',
    'music, song, melody, soundtrack',
    'text-to-music, music-generation, text-to-audio',
  ),
  need(
    'sound effect, sfx, foley, noises, ambience, sound design, door sound, game sound, noise of, sound of',
    'effect, foley, sfx',
    'text-to-audio, sound-effects, audio-generation, sound-generation, text-to-sound',
  ),
  need(
    'separate vocals, isolate vocals, remove vocals, stems, karaoke, split song, acapella, instrumental from song, source separation, take vocals out, split music, drums and bass, isolate drums, isolate instrument, remove singing, voice from music',
    'vocals, separation, stems',
    'audio-separation, source-separation, audio-source-separation, vocal-separation, stem-separation, music-source-separation',
  ),
  need(
    'clean audio, noise audio, background noise, hiss, hum, noisy recording, denoise audio, noise speech, noise voice, noise removal, enhance speech, enhance voice, improve audio, noise recording, noise microphone, clean recording, bad audio, audio quality, reverb, echo',
    'noise, denoise',
    'audio-enhancement, speech-enhancement, audio-denoising, noise-reduction, noise-suppression, audio-to-audio',
  ),
  need(
    'who spoke, who speaks, speaker, speakers, diarize, diarization, who said, who talks, tell speakers apart, different speakers',
    'diarization, speaker',
    'speaker-diarization, diarization',
  ),
  need(
    'sharpen, sharper, deblur, blurry, blurred, unblur, out of focus, fix blur, motion blur, make sharp, focus',
    'deblur, sharpen, sharper',
    'image-deblurring, deblurring, image-restoration, image-enhancement, image-sharpening',
  ),
  need(
    'denoise, noise, noisy, grain, grainy, noisy photo, iso noise, remove noise, film grain',
    'denoise, noise',
    'image-denoising, denoising, image-restoration, video-denoising',
  ),
  need(
    'restore photo, old photo, old picture, repair photo, damaged photo, scratched, scratches, vintage photo, torn, family photo, faded, restoration, restore',
    'restore, restoration, repair',
    'photo-restoration, image-restoration, old-photo-restoration, restoration',
  ),
  need(
    'enhance photo, improve photo, better quality, enhance, improve quality, fix quality, retouch, retouching, enhancement',
    'enhance, enhancement, retouch',
    'image-enhancement, photo-enhancement, image-restoration, photo-retouching, portrait-retouching',
  ),
  need(
    'fix face, restore face, face enhance, faces clear, blurry face, improve face, face restoration, repair face',
    'face',
    'face-restoration, face-enhancement',
  ),
  need(
    'swap face, face swap, faceswap, put my face, replace face, replace actor, face onto, head swap, face someone, change face, my face on, deepfake',
    'faceswap, swap',
    'face-swap, face-swapping, video-face-swap',
  ),
  need(
    'colorize, colourise, colorise, black and white, add color, add colour, monochrome, b w, colour old, greyscale, grayscale',
    'colorize, colorization, colourise',
    'image-colorization, colorization, photo-colorization, video-colorization, image-colourisation',
  ),
  need(
    'remove object, erase object, delete object, remove person, remove people, remove watermark, remove text, remove thing, clean up, magic eraser, eraser, remove tourists, delete people, delete person, remove logo, remove stranger, unwanted people, hide person, unwanted object, unwanted, erase, photobomb, tourists',
    'eraser, erase, inpaint, remove',
    'object-removal, image-inpainting, inpainting, watermark-removal, video-object-removal, video-inpainting, image-eraser',
  ),
  need(
    'inpaint, fill in, replace part, masked area, mask, fill hole, edit part, generative fill, fill area, missing part',
    'inpaint, fill, mask',
    'image-inpainting, inpainting, generative-fill',
  ),
  need(
    'outpaint, extend image, uncrop, aspect ratio, widescreen, wide screen, landscape format, wide photo, fill edges, image edges, beyond edges, bigger canvas, expand image, beyond borders, widen, expand canvas, extend photo, extend background, zoom out, wider',
    'outpaint, uncrop, extend, expand',
    'image-outpainting, outpainting, image-expansion, uncrop, image-extension',
  ),
  need(
    'edit image, edit photo, edit picture, modify image, modify photo, change photo, change picture, instruction edit, transform image, photoshop, alter image, versions image, several versions, variants, variation, image variation, edit by telling, swap sky, replace sky, change sky, change season, tell what change, hair color, change color',
    'edit, editing',
    'image-editing, image-to-image, image-edit, instruction-image-editing',
  ),
  need(
    'style transfer, restyle, stylize, cartoon, cartoonize, anime, painting, look like painting, artistic style, style, oil painting, sketch style, ghibli, watercolor, comic, in the style, watercolour, like a painting, into cartoon, art style, pixel art, caricature',
    'style, stylize, cartoon',
    'style-transfer, image-style-transfer, image-stylization, stylization, cartoonization, ~image-to-image',
  ),
  need(
    'generate image, create image, make image, draw, illustration, illustrate, paint picture, wallpaper, sticker, clipart, concept art, describe draw, draw description, art generator, artist, image from description, digital art, generate picture, create picture, make picture, paint, art from prompt, generate art, text to picture, image from prompt, prompt to image, image from text, image generator, picture from description, image from words, create art, artwork, imagine',
    'generate, generation, prompt, illustration',
    'text-to-image, image-generation',
  ),
  need(
    'generate video, create video, make video, make clip, generate clip, video from prompt, video from text, video generator, script to video, movie from text, video generation, clip from script, movie from script, film from text, clip from text, storyboard',
    'generate, generation, prompt',
    'text-to-video, video-generation',
  ),
  need(
    'animate, bring to life, animation, moving picture, make photo move, still to video, photo to video, photo move, come alive, living photo, still image move, move picture, cinemagraph, animate drawing, motion to picture, motion to photo, motion image',
    'animate, animation, motion',
    'image-to-video, image-animation, animation, photo-animation',
  ),
  need(
    'slideshow, slide show, pictures into video, photos into video, photo montage, join pictures, join photos, combine photos video, images video, photo album, photos to film, photo story, transitions, combine pictures, with fades',
    'slideshow, montage',
    'images-to-video, slideshow, ~image-to-video',
  ),
  need(
    'video to gif, gif, animated gif, make gif, video into gif, gif from clip',
    'gif',
    'video-to-gif, gif-generation',
  ),
  need(
    'thumbnail, frame from video, screenshot video, still from video, preview image, poster frame, cover image, frame grab, grab frame, screenshot from video, screenshot from clip, snapshot video, video cover, best frame, representative frame, extract frame, keyframe, picture from video',
    'thumbnail, frame, keyframe',
    'video-to-image, video-thumbnail, frame-extraction, video-frame-extraction, thumbnail-generation',
  ),
  need(
    'restyle video, edit video, change video, transform video, video style, modify video, video into cartoon, video into anime, cartoon video, anime video, video look',
    'edit, restyle',
    'video-to-video, video-editing, video-style-transfer',
  ),
  need(
    'upscale video, video 4k, enhance video, video quality, video resolution, sharpen video, hd video',
    'upscale, enhance',
    'video-upscaling, video-super-resolution, video-enhancement, video-upscale, video-restoration',
  ),
  need(
    'smooth video, slow motion, in between frames, slowmo, frame rate, framerate, fps, more frames, interpolate, interpolation, choppy, smoother, 60fps, slow mo, slow down',
    'interpolation, interpolate, smooth, fps',
    'frame-interpolation, video-frame-interpolation, video-interpolation',
  ),
  need(
    'stabilize, stabilise, shaky, shake, steady, wobbly, stabilization, jitter',
    'stabilize, stabilization, shaky, steady',
    'video-stabilization, stabilization, video-stabilisation',
  ),
  need(
    'lip sync, lipsync, talking head, talking avatar, mouth move, dub, dubbing, make photo talk, portrait talk, mouth movement, mouth, dubbed, lip movement, talk with audio, photo sing, sing, digital human, talking portrait, photo speak, avatar talk, lips, talking',
    'lip, talking, sync, lipsync',
    'lip-sync, talking-head, lipsync, talking-avatar, audio-to-video, video-lip-sync, video-dubbing',
  ),
  need(
    'subtitle, subtitles, caption video, captions video, srt, burn subtitles, closed caption, burn captions',
    'subtitle, caption, srt',
    'video-captioning, subtitle-generation, video-subtitles, auto-captioning, video-to-text, subtitling',
  ),
  need(
    'summarize video, describe video, understand video, what happens video, video question',
    'describe, understand',
    'video-to-text, video-captioning, video-understanding, video-summarization, video-question-answering',
  ),
  need(
    'trim, cut video, crop video, merge videos, join clips, concatenate, shorten video, compress video, convert video, video format, combine clips, split video',
    'trim, cut, merge, concatenate',
    'video-trimming, video-editing, video-concatenation, video-merging, video-compression, video-conversion',
  ),
  need(
    'soundtrack video, sound for video, add sound video, add music video, audio for video, video audio, silent video, silent clip, sound to video, sound effects for video',
    'soundtrack, audio, sound',
    'video-to-audio, video-soundtrack, video-sound-generation, audio-for-video',
  ),
  need(
    'extract audio, audio from video, audio track, mp3 from video, sound out of video',
    'extract, audio',
    'audio-extraction, video-to-audio, extract-audio',
  ),
];
