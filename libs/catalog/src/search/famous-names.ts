import { need, type Need } from './need.js';

/**
 * Names of well-known systems, by which people ask for what those do ("something like Whisper"). Only names that stand for
 * one need, and that are no ordinary words of a request.
 */
export const FAMOUS_NAMES: readonly Need[] = [
  need(
    'midjourney, stable diffusion, sdxl, dalle, dall e, imagen, nanobanana',
    '',
    'text-to-image, image-generation',
  ),
  need('instructpix2pix, pix2pix, kontext', '', 'image-to-image, image-editing'),
  need('sora, runway, veo, kling, pika', '', 'text-to-video, video-generation, ~image-to-video'),
  need(
    'esrgan, realesrgan, topaz, waifu2x, swinir',
    '',
    'image-super-resolution, super-resolution, image-upscaling, upscaling, ~video-super-resolution',
  ),
  need('rembg, birefnet, u2net', '', 'background-removal, image-matting, matting'),
  need('gfpgan, codeformer', '', 'face-restoration, face-enhancement'),
  need('roop, faceswapper, deepfacelab', '', 'face-swap, face-swapping, video-face-swap'),
  need('deoldify', '', 'image-colorization, colorization'),
  need('wav2lip, sadtalker, heygen, synthesia', '', 'lip-sync, talking-head, talking-avatar'),
  need('whisper, deepgram', '', 'automatic-speech-recognition, speech-to-text, speech-recognition'),
  need('elevenlabs, tacotron, espeak, coqui, xtts', '', 'text-to-speech, speech-synthesis, ~voice-cloning'),
  need('suno, udio, musicgen', '', 'text-to-music, music-generation'),
  need('demucs, spleeter', '', 'audio-separation, source-separation, vocal-separation'),
  need('tesseract, paddleocr, textract', '', 'optical-character-recognition, ocr, text-recognition'),
  need('yolo, yolov8, detr', '', 'object-detection'),
  need('segment anything', '', 'image-segmentation, mask-generation, instance-segmentation'),
  need('midas', '', 'depth-estimation, monocular-depth-estimation'),
  need('openpose, mediapipe', '', 'pose-estimation, keypoint-detection'),
  need('llava, blip', '', 'visual-question-answering, image-captioning, image-text-to-text'),
  need(
    'chatgpt, gpt, gpt4, claude, llama, mistral, qwen, gemini',
    '',
    'text-generation, chat, chat-completion',
  ),
  need('deepl', '', 'translation, machine-translation'),
];
