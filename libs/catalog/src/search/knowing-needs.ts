import { need, type Need } from './need.js';

/** What is to be found out, or is about things and texts; and the rarer trades. */
export const KNOWING_NEEDS: readonly Need[] = [
  need(
    'detect objects, find objects, object detection, bounding box, count objects, locate things, count people, count cars, recognise things, what things, spot objects, boxes around, count, object recognition, recognize objects, detect people, detect animals, detect cars, find people, find animals, find dogs, find all, where is, where things, where objects, object location, object detector, spot people',
    'detect, detection, objects',
    'object-detection, zero-shot-object-detection, object-counting, object-tracking',
  ),
  need(
    'segment, segmentation, mask of objects, mask objects, semantic mask, instance mask, click mask, panoptic, pixel mask, outline objects, select object, outline',
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
    'read text, ocr, text in picture, text from image, extract text, scan, scanned, receipt, digitise, transcribe handwriting, read page, read document, read sign, read receipt, text detection, image into words, licence plate, license plate, digitize, handwriting, text recognition, text out of picture, words in picture, screenshot text, text photo, copy text',
    'ocr, recognition, text',
    'optical-character-recognition, ocr, image-to-text, text-recognition, document-ocr, handwriting-recognition, document-parsing',
  ),
  need(
    'parse document, pdf, invoice, document, table extraction, extract fields, form',
    'document, pdf, invoice',
    'document-parsing, document-understanding, document-question-answering, document-ocr, table-extraction, pdf-to-text, information-extraction',
  ),
  need(
    'describe image, describe picture, caption, alt text, what is in picture, image description, describe photo, caption image, explain picture, caption photo, what does picture show, accessibility text, image to caption, tell what picture',
    'caption, describe, description',
    'image-captioning, image-to-text, image-description, image-text-to-text',
  ),
  need(
    'ask about image, question about picture, image question, visual question, vqa, question photo, chat image, ask photo, multimodal, vision language, vlm, llm vision, vision model, understand image, image understanding, talk about picture',
    'question, visual, vqa',
    'visual-question-answering, image-text-to-text, image-question-answering',
  ),
  need(
    'classify image, label image, categorize image, tag image, tag photo, auto tag, what kind of, image labels, sort photos, tags, identify, recognize image, label picture, keyword photo, what animal, what plant, what breed, sort pictures, organise photos, kind of thing',
    'classify, classification, label, tag',
    'image-classification, zero-shot-image-classification, image-tagging',
  ),
  need(
    'depth, depth map, distance from camera, distance, how near, far away, 3d depth, how far',
    'depth',
    'depth-estimation, monocular-depth-estimation, image-depth-estimation',
  ),
  need(
    'pose, skeleton, keypoints, body position, posture, stick figure, joints, body tracking, motion capture, mocap, body joints, limbs',
    'pose, keypoint, skeleton',
    'pose-estimation, keypoint-detection, human-pose-estimation',
  ),
  need(
    'nsfw, moderation, unsafe, nudity, safe for work, inappropriate, moderate, explicit, offensive, nude, naked, porn, adult, sexual, gore, violence, block images, filter images, child safe, safe search, content filter, toxic, harmful',
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
    'try on, try clothes, wear, outfit, virtual fitting, clothes on person, dress, garment, clothing, fitting room, look on me, wearing, change clothes, shirt, jacket, fashion',
    'try, garment, clothes, outfit',
    'virtual-try-on, try-on, clothing-try-on, fashion-try-on',
  ),
  need(
    'headshot, portrait, profile picture, linkedin, professional photo, avatar, selfie, head shot, corporate, business portrait, resume photo, cv photo, passport photo, portrait photo',
    'portrait, headshot, avatar',
    'headshot-generation, portrait-generation, avatar-generation, portrait-retouching',
  ),
  need(
    'product photo, product shot, product photography, packshot, ecommerce, e commerce, shop photo, shop, webshop, online store, product picture, product image, goods, listing photo, merchandise, catalogue photo',
    'product, packshot',
    'product-photography, product-photo, product-image-generation',
  ),
  need(
    'logo, brand mark, emblem, logotype, brand identity, favicon, app icon, icon, brand',
    'logo, icon, brand',
    'logo-generation, icon-generation',
  ),
  need(
    'svg, vector, vectorize, trace, vectorise, raster to vector, bitmap to vector, scalable',
    'svg, vector, vectorize',
    'image-to-svg, vectorization, text-to-svg, image-vectorization',
  ),
  need(
    'sketch, doodle, drawing to image, scribble, line art, rough drawing, lineart',
    'sketch, scribble, line',
    'sketch-to-image, scribble-to-image, line-art, controlnet',
  ),
  need(
    'relight, lighting, change light, light picture, light photo, light direction, sunlight, better light, shadows, dark photo, too dark, brighten, low light, underexposed, exposure, brighter',
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
    'interior, room, redecorate, furniture, house, home staging, living room, decorate, renovate, bedroom, kitchen, floor plan, apartment, decor',
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
    'translate, translation, other language, translator, interpret, localize, into italian, into chinese, into japanese, into arabic, to english, to french, to german, to spanish, into english, into french, into spanish, into german, from english, foreign language, in another language',
    'translate, translation',
    'translation, text-translation, machine-translation, ~speech-translation, language-to-language',
  ),
  need(
    'which language, what language, detect language, language identification, guess language, language of sentence, language of text, language detection, language is, is french, is english, is spanish, is german, in which tongue, written in',
    'language, identification, detect',
    'language-identification, language-detection',
  ),
  need(
    'summarize, summarise, summary, summarizer, shorten article, shorten report, shorten document, tl dr, abridge, takeaways, recap, main points, long text, long article, shorten text, tldr, key points, gist, condense',
    'summarize, summary',
    'summarization, text-summarization',
  ),
  need(
    'chat, llm, chatbot, write text, answer questions, assistant, language model, large language, write email, rewrite, brainstorm, blog post write, ask anything, write essay, write, text generation, story, conversation, copywriting',
    'chat, text, generation, llm',
    'text-generation, chat, conversational, chat-completion, question-answering',
  ),
  need(
    'improve prompt, better prompt, expand prompt, prompt enhancement, prompt writing',
    'prompt',
    'prompt-enhancement, prompt-expansion, prompt-generation',
  ),
  need(
    'embedding, embed, vector text, semantic search, similarity, vectors, rag, retrieval, nearest neighbour, semantic, similar images, similar',
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
