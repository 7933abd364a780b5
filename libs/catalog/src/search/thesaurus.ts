/**
 * How people ask for what the catalogue has. Data, not rules: a row is one need.
 *
 * - `ask`: words and phrases of people, in any form that the stemmer joins. All words of a phrase must be in the query, with `to`, `into`, `from` in their order.
 * - `find`: words that entries for this need have.
 * - `tasks`: the field's names for it.
 *
 * Put in what many people say of many models; the name of one model has no place here.
 */
export interface Need {
  ask: readonly string[];
  find: readonly string[];
  tasks: readonly string[];
}

const need = (ask: string, find: string, tasks: string): Need => ({
  ask: list(ask),
  find: list(find),
  tasks: list(tasks),
});
const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

export const NEEDS: readonly Need[] = [
  need(
    'upscale, upscaler, enlarge, bigger, larger, super resolution, superresolution, higher resolution, high resolution, increase resolution, increase size, increase pixels, low resolution, hi res, low res, resize up, scale up, upres, pixelated, print quality',
    'upscale, enlarge, upscaler, superresolution',
    'image-super-resolution, super-resolution, image-upscaling, upscaling, image-upscale, video-upscaling, video-super-resolution',
  ),
  need(
    'remove background, removing bg, rembg, cut out, cutout, background transparent, transparent png, without background, no background, delete background, erase background, strip background, isolate subject, isolate person, isolate product, matting',
    'matting, cutout, rembg',
    'background-removal, remove-background, image-matting, matting, video-background-removal, video-matting',
  ),
  need(
    'replace background, change background, swap background, new background, different background, backdrop',
    'backdrop, background',
    'background-replacement, background-generation, background-change',
  ),
  need(
    'transcribe, transcript, transcription, speech recognition, dictation, asr, stt, speech to text, audio to text, voice to text, what is said, what was said, meeting notes, write down spoken, recording to text, subtitles from audio, dictate',
    'transcribe, transcription, asr, stt, whisper',
    'automatic-speech-recognition, speech-to-text, speech-recognition, audio-to-text, transcription, audio-transcription',
  ),
  need(
    'text to speech, tts, read aloud, speak text, narrate, narration, voiceover, voice over, narrator, say out loud, out loud, speak, text to voice, text to audio, audiobook, spoken audio, speech synthesis',
    'tts, narration, voiceover, speak',
    'text-to-speech, speech-synthesis, text-to-audio',
  ),
  need(
    'clone voice, copy voice, voice cloning, imitate voice, sound like me, mimic voice, same voice',
    'cloning',
    'voice-cloning, voice-clone',
  ),
  need(
    'change voice, voice changer, voice conversion, another voice, speech to speech, different voice',
    'conversion',
    'voice-conversion, speech-to-speech, voice-changer, audio-to-audio',
  ),
  need(
    'music, song, melody, beat, jingle, soundtrack, tune, compose, background music, instrumental',
    'music, song, melody, soundtrack',
    'text-to-music, music-generation, text-to-audio',
  ),
  need(
    'sound effect, sfx, foley, noise of, sound of',
    'effect, foley, sfx',
    'text-to-audio, sound-effects, audio-generation, sound-generation, text-to-sound',
  ),
  need(
    'separate vocals, isolate vocals, remove vocals, stems, karaoke, split song, acapella, instrumental from song, source separation, voice from music',
    'vocals, separation, stems',
    'audio-separation, source-separation, audio-source-separation, vocal-separation, stem-separation, music-source-separation',
  ),
  need(
    'clean audio, noise audio, background noise, hiss, hum, noisy recording, denoise audio, noise speech, noise voice, noise removal, enhance speech, enhance voice, improve audio',
    'noise, denoise',
    'audio-enhancement, speech-enhancement, audio-denoising, noise-reduction, noise-suppression, audio-to-audio',
  ),
  need(
    'who spoke, who speaks, speaker, speakers, diarize, diarization, who said',
    'diarization, speaker',
    'speaker-diarization, diarization',
  ),
  need(
    'sharpen, sharper, deblur, blurry, blurred, unblur, out of focus, fix blur, motion blur',
    'deblur, sharpen, sharper',
    'image-deblurring, deblurring, image-restoration, image-enhancement, image-sharpening',
  ),
  need(
    'denoise, noise, noisy, grain, grainy, noisy photo, iso noise',
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
    'swap face, face swap, faceswap, put my face, replace face, change face, my face on, deepfake',
    'faceswap, swap',
    'face-swap, face-swapping, video-face-swap',
  ),
  need(
    'colorize, colourise, colorise, black and white, add color, add colour, monochrome, b w, colour old, greyscale, grayscale',
    'colorize, colorization, colourise',
    'image-colorization, colorization, photo-colorization, video-colorization, image-colourisation',
  ),
  need(
    'remove object, erase object, delete object, remove person, remove people, remove watermark, remove text, remove thing, clean up, magic eraser, eraser, erase, photobomb, tourists',
    'eraser, erase, inpaint, remove',
    'object-removal, image-inpainting, inpainting, watermark-removal, video-object-removal, video-inpainting, image-eraser',
  ),
  need(
    'inpaint, fill in, replace part, masked area, mask, fill hole, edit part, generative fill, fill area, missing part',
    'inpaint, fill, mask',
    'image-inpainting, inpainting, generative-fill',
  ),
  need(
    'outpaint, extend image, uncrop, expand image, beyond borders, widen, expand canvas, extend photo, extend background, zoom out, wider',
    'outpaint, uncrop, extend, expand',
    'image-outpainting, outpainting, image-expansion, uncrop, image-extension',
  ),
  need(
    'edit image, edit photo, edit picture, modify image, modify photo, change photo, change picture, instruction edit, transform image, photoshop, alter image',
    'edit, editing',
    'image-editing, image-to-image, image-edit, instruction-image-editing',
  ),
  need(
    'style transfer, restyle, stylize, cartoon, cartoonize, anime, painting, look like painting, artistic style, style, oil painting, sketch style, ghibli, watercolor, comic, in the style',
    'style, stylize, cartoon',
    'style-transfer, image-style-transfer, image-stylization, stylization, image-to-image, cartoonization',
  ),
  need(
    'generate image, create image, make image, draw, illustration, generate picture, create picture, make picture, paint, art from prompt, generate art, text to picture, image from prompt, prompt to image, image from text, image generator, picture from description, image from words, create art, artwork, imagine',
    'generate, generation, prompt, illustration',
    'text-to-image, image-generation',
  ),
  need(
    'generate video, create video, make video, make clip, generate clip, video from prompt, video from text, video generator, script to video, movie from text, video generation',
    'generate, generation, prompt',
    'text-to-video, video-generation',
  ),
  need(
    'animate, bring to life, animation, moving picture, make photo move, still to video, photo to video, photo move, come alive, living photo, still image move, motion to photo, motion image',
    'animate, animation, motion',
    'image-to-video, image-animation, animation, photo-animation',
  ),
  need(
    'slideshow, slide show, pictures into video, photos into video, photo montage, join pictures, join photos, combine photos video, images video',
    'slideshow, montage',
    'images-to-video, slideshow, image-to-video',
  ),
  need(
    'video to gif, gif, animated gif, make gif, video into gif, gif from clip',
    'gif',
    'video-to-gif, gif-generation',
  ),
  need(
    'thumbnail, frame from video, screenshot video, still from video, preview image, poster frame, cover image, frame grab, grab frame, extract frame, keyframe, picture from video',
    'thumbnail, frame, keyframe',
    'video-to-image, video-thumbnail, frame-extraction, video-frame-extraction, thumbnail-generation',
  ),
  need(
    'restyle video, edit video, change video, transform video, video style, modify video',
    'edit, restyle',
    'video-to-video, video-editing, video-style-transfer',
  ),
  need(
    'upscale video, video 4k, enhance video, video quality, video resolution, sharpen video, hd video',
    'upscale, enhance',
    'video-upscaling, video-super-resolution, video-enhancement, video-upscale, video-restoration',
  ),
  need(
    'smooth video, slow motion, slowmo, frame rate, framerate, fps, more frames, interpolate, interpolation, choppy, smoother, 60fps, slow mo, slow down',
    'interpolation, interpolate, smooth, fps',
    'frame-interpolation, video-frame-interpolation, video-interpolation',
  ),
  need(
    'stabilize, stabilise, shaky, shake, steady, wobbly, stabilization, jitter',
    'stabilize, stabilization, shaky, steady',
    'video-stabilization, stabilization, video-stabilisation',
  ),
  need(
    'lip sync, lipsync, talking head, talking avatar, mouth move, dub, dubbing, make photo talk, portrait talk, talking portrait, photo speak, avatar talk, lips, talking',
    'lip, talking, sync, lipsync',
    'lip-sync, talking-head, lipsync, talking-avatar, audio-to-video, video-lip-sync, video-dubbing',
  ),
  need(
    'subtitle, subtitles, caption video, captions video, srt, closed caption, burn captions',
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
    'soundtrack video, sound for video, add sound video, add music video, audio for video, video audio, silent video',
    'soundtrack, audio, sound',
    'video-to-audio, video-soundtrack, video-sound-generation, audio-for-video',
  ),
  need(
    'extract audio, audio from video, audio track, mp3 from video, sound out of video',
    'extract, audio',
    'audio-extraction, video-to-audio, extract-audio',
  ),
  need(
    'detect objects, find objects, object detection, bounding box, count objects, locate things, count people, count cars, recognise things, what things, spot objects, boxes around, count',
    'detect, detection, objects',
    'object-detection, zero-shot-object-detection, object-counting, object-tracking',
  ),
  need(
    'segment, segmentation, mask of objects, pixel mask, outline objects, select object, outline',
    'segmentation, segment, mask',
    'image-segmentation, semantic-segmentation, instance-segmentation, mask-generation, video-segmentation',
  ),
  need(
    'track objects, follow object, object tracking, track person, tracking, track movement',
    'tracking, track',
    'object-tracking, video-object-tracking, video-tracking',
  ),
  need(
    'detect face, find faces, face detection, count faces, face locate',
    'face, detection',
    'face-detection, face-recognition',
  ),
  need(
    'recognize face, face recognition, same person, compare faces, verify identity, face match, face verification',
    'face, recognition, verification',
    'face-recognition, face-verification, face-matching',
  ),
  need(
    'read text, ocr, text in picture, text from image, extract text, scan, scanned, receipt, digitize, handwriting, text recognition, text out of picture, words in picture, screenshot text, text photo, copy text',
    'ocr, recognition, text',
    'optical-character-recognition, ocr, image-to-text, text-recognition, document-ocr, handwriting-recognition, document-parsing',
  ),
  need(
    'parse document, pdf, invoice, document, table extraction, extract fields, form',
    'document, pdf, invoice',
    'document-parsing, document-understanding, document-question-answering, document-ocr, table-extraction, pdf-to-text, information-extraction',
  ),
  need(
    'describe image, describe picture, caption, alt text, what is in picture, image description, describe photo, caption image, explain picture, caption photo, what does picture show',
    'caption, describe, description',
    'image-captioning, image-to-text, image-description, image-text-to-text',
  ),
  need(
    'ask about image, question about picture, image question, visual question, vqa, question photo, chat image',
    'question, visual, vqa',
    'visual-question-answering, image-text-to-text, image-question-answering',
  ),
  need(
    'classify image, label image, categorize image, tag image, tag photo, auto tag, what kind of, image labels, sort photos, tags, identify',
    'classify, classification, label, tag',
    'image-classification, zero-shot-image-classification, image-tagging',
  ),
  need(
    'depth, depth map, distance from camera, 3d depth, how far',
    'depth',
    'depth-estimation, monocular-depth-estimation, image-depth-estimation',
  ),
  need(
    'pose, skeleton, keypoints, body position, posture, stick figure, joints',
    'pose, keypoint, skeleton',
    'pose-estimation, keypoint-detection, human-pose-estimation',
  ),
  need(
    'nsfw, moderation, unsafe, nudity, safe for work, inappropriate, moderate, explicit, offensive, toxic, harmful',
    'nsfw, moderation, safety',
    'nsfw-detection, content-moderation, image-moderation, nsfw-image-detection, text-moderation, safety-checking, toxicity-detection, moderation',
  ),
  need(
    'detect ai, ai generated, fake image, deepfake detection, real or fake',
    'fake, deepfake',
    'deepfake-detection, ai-image-detection, ai-content-detection',
  ),
  need(
    '3d model, 3d, mesh, 3d object, three dimensional, turn 3d, glb, 3d asset, printable',
    '3d, mesh',
    'image-to-3d, text-to-3d, 3d-generation, 3d-reconstruction',
  ),
  need(
    'try on, try clothes, wear, outfit, virtual fitting, clothes on person, dress, garment, clothing, fitting room, change clothes, shirt, jacket, fashion',
    'try, garment, clothes, outfit',
    'virtual-try-on, try-on, clothing-try-on, fashion-try-on',
  ),
  need(
    'headshot, portrait, profile picture, linkedin, professional photo, avatar, selfie',
    'portrait, headshot, avatar',
    'headshot-generation, portrait-generation, avatar-generation, portrait-retouching',
  ),
  need(
    'product photo, product shot, product photography, packshot, ecommerce, e commerce, shop photo, merchandise, catalogue photo',
    'product, packshot',
    'product-photography, product-photo, product-image-generation',
  ),
  need('logo, brand mark, emblem, icon, brand', 'logo, icon, brand', 'logo-generation, icon-generation'),
  need(
    'svg, vector, vectorize, trace',
    'svg, vector, vectorize',
    'image-to-svg, vectorization, text-to-svg, image-vectorization',
  ),
  need(
    'sketch, doodle, drawing to image, scribble, line art, rough drawing, lineart',
    'sketch, scribble, line',
    'sketch-to-image, scribble-to-image, line-art, controlnet',
  ),
  need(
    'relight, lighting, change light, better light, shadows, dark photo, too dark, brighten, low light, underexposed, exposure, brighter',
    'relight, light, lighting',
    'relighting, image-relighting, low-light-enhancement, image-enhancement',
  ),
  need(
    'haze, fog, dehaze, foggy, rain, derain',
    'dehaze, haze',
    'dehazing, image-dehazing, image-restoration, deraining',
  ),
  need(
    'color correct, color grade, white balance, colour grading, colors',
    'color, grading',
    'color-grading, color-correction',
  ),
  need(
    'crop, resize, rotate, smaller, shrink, compress image, convert image, format, jpg, png, webp, compress',
    'crop, resize, compress, convert',
    'image-resizing, image-cropping, image-compression, image-conversion, smart-crop, image-resize, format-conversion',
  ),
  need('qr, qr code, barcode', 'qr, barcode', 'qr-code-generation, barcode-reading, qr-code'),
  need(
    'meme, poster, flyer, banner, postcard, greeting card, advertisement, ad, social media post, thumbnail youtube',
    'poster, banner, card',
    'poster-generation, graphic-design',
  ),
  need('tattoo', 'tattoo', 'tattoo-design'),
  need(
    'interior, room, redecorate, furniture, house, home staging, living room',
    'interior, room, furniture',
    'interior-design, room-redesign, virtual-staging',
  ),
  need('makeup, hair, hairstyle, haircut', 'makeup, hair, hairstyle', 'hairstyle-editing, virtual-makeup'),
  need('age, older, younger, aging', 'age', 'face-aging, age-transformation, age-estimation'),
  need(
    'pattern, texture, seamless, tile, tileable',
    'pattern, texture, seamless',
    'texture-generation, pattern-generation, text-to-texture',
  ),
  need(
    'translate, translation, other language, into english, into french, into spanish, into german, from english, foreign language, in another language',
    'translate, translation',
    'translation, text-translation, machine-translation, speech-translation',
  ),
  need(
    'which language, what language, detect language, language identification, language detection, language is',
    'language, identification, detect',
    'language-identification, language-detection',
  ),
  need(
    'summarize, summarise, summary, shorten text, tldr, key points, gist, condense',
    'summarize, summary',
    'summarization, text-summarization',
  ),
  need(
    'chat, llm, chatbot, write text, answer questions, assistant, language model, write essay, write, text generation, story, conversation, copywriting',
    'chat, text, generation, llm',
    'text-generation, chat, conversational, chat-completion, question-answering',
  ),
  need(
    'improve prompt, better prompt, expand prompt, prompt enhancement, prompt writing',
    'prompt',
    'prompt-enhancement, prompt-expansion, prompt-generation',
  ),
  need(
    'embedding, embed, vector text, semantic search, similarity, vectors, similar images, similar',
    'embedding, similarity',
    'feature-extraction, text-embedding, image-embedding, sentence-similarity, embeddings, text-embeddings, image-feature-extraction',
  ),
  need(
    'sentiment, positive or negative, emotion, mood, tone of text, feeling',
    'sentiment, emotion',
    'sentiment-analysis, text-classification, emotion-recognition',
  ),
  need(
    'classify text, categorize text, spam, topic, label text',
    'classification',
    'text-classification, zero-shot-classification, topic-classification',
  ),
  need(
    'extract names, entities, named entity, ner, names in text, pii, personal data',
    'entity, entities',
    'token-classification, named-entity-recognition, pii-detection, entity-extraction',
  ),
  need('write code, code, programming, program, source code', 'code', 'code-generation, text-to-code'),
  need(
    'grammar, spelling, proofread, correct text, spellcheck',
    'grammar, spelling',
    'grammar-correction, spell-checking, text-correction',
  ),
  need(
    'classify audio, classify sound, what sound, sound recognition, recognise sounds',
    'sound, audio',
    'audio-classification, sound-classification, audio-tagging',
  ),
  need('silence, voice activity, when someone speaks', 'voice, activity', 'voice-activity-detection'),
];

/** What people call the kinds of media that stand in the names of tasks. */
export const MEDIA: Readonly<Record<string, readonly string[]>> = {
  image: list(
    'image, images, img, imgs, picture, pictures, pic, pics, photo, photos, photograph, photographs, i, still, jpg, jpeg, png, selfie',
  ),
  video: list('video, videos, vid, vids, v, movie, movies, clip, clips, film, footage, animation, mp4'),
  text: list('text, texts, txt, t, words, prompt, prompts, description, script, article, sentence'),
  speech: list('speech, voice, spoken, speaking, talk'),
  audio: list('audio, sound, sounds, mp3, wav, recording, recordings, podcast'),
  music: list('music, song, songs'),
  '3d': list('3d, mesh, model3d'),
  gif: list('gif, gifs'),
  svg: list('svg, vector'),
};

/** Words of a request that say nothing about what is wanted. They count where a query has no others. */
export const FILLERS: readonly string[] = list(
  'make, turn, please, want, need, help, find, use, get, give, let, show, something, thing, tool, model, ai, app, best, good, great, can, could, would, like, way, how, try, using, convert, create, generate, service, wrapper, endpoint, api, look, looking, search, free, online, some, any, one, another, take, put, automatically, easy, easily, simple, able, file, existing, new, my, mine, our, im, ive, id, machine, learning, software, program, thanks, hello, hi',
);

/** The short forms of words that people write and entries do not. */
export const SHORT_FORMS: Readonly<Record<string, string>> = {
  bg: 'background',
  bgs: 'background',
  pic: 'picture',
  pics: 'pictures',
  vid: 'video',
  vids: 'videos',
  img: 'image',
  imgs: 'images',
  txt: 'text',
  res: 'resolution',
  hd: 'resolution',
  bw: 'monochrome',
  rm: 'remove',
  del: 'delete',
  rid: 'remove',
  lang: 'language',
  colour: 'color',
  colours: 'colors',
  colouring: 'coloring',
};

/** Words of one meaning, where the whole word stands for the other. */
export const SAME: readonly (readonly string[])[] = [
  list('image, picture, photo, photograph, pic'),
  list('video, clip, movie, film, footage'),
  list('voice, speech, spoken, speak'),
  list('audio, sound'),
  list('remove, delete, erase, strip, eliminate'),
  list('color, colour'),
  list('fast, quick, rapid, turbo, lightning'),
  list('person, people, human, portrait'),
  list('anime, manga, cartoon'),
  list('realistic, photorealistic, lifelike, realism'),
  list('product, packshot, merchandise'),
  list('text, words'),
  list('document, pdf, scan'),
  list('song, music'),
];
