import {
  choice,
  file,
  flag,
  FORMATS,
  integer,
  number,
  object,
  optional,
  RATIOS,
  SAMPLERS,
  SEED,
  text,
} from './schema-parts.js';

/** Text to image with guidance, adapters, control images and a union for the size. */
export const flux = object(
  {
    prompt: text(
      'Prompt for the generated image. Longer prompts with concrete nouns follow the text better.',
      { minLength: 1, maxLength: 10_000 },
    ),
    negative_prompt: text('What should not be visible in the image.', { default: '' }),
    image_size: {
      description: 'The size of the generated image, by name or in pixels.',
      default: 'landscape_4_3',
      anyOf: [
        {
          enum: ['square_hd', 'square', 'portrait_4_3', 'portrait_16_9', 'landscape_4_3', 'landscape_16_9'],
          type: 'string',
        },
        { $ref: '#/$defs/ImageSize' },
      ],
    },
    aspect_ratio: choice('Aspect ratio of the output, when no size is given.', RATIOS),
    num_outputs: integer('How many images to generate from the prompt.', 1, 4, 1),
    num_inference_steps: integer(
      'Number of denoising steps. 28 to 50 give the best quality, fewer are faster.',
      1,
      50,
      28,
    ),
    guidance_scale: number(
      'How closely the image follows the prompt. Lower values look more natural.',
      0,
      20,
      3.5,
    ),
    true_cfg_scale: number('Scale of true classifier-free guidance; 1 turns it off.', 1, 10, 1),
    seed: SEED,
    image: file('Input image for image-to-image mode. The aspect ratio of the output follows it.', 'image/*'),
    mask: file('Mask for inpainting: black areas are kept, white ones are painted anew.', 'image/png'),
    prompt_strength: number('How much of the input image is destroyed: 1 is all of it.', 0, 1, 0.8),
    strength: number('Strength of the inpainting within the mask.', 0.01, 1, 0.85),
    control_image: file('Control image for the controlnet below.', 'image/*'),
    control_type: choice('What the control image shows.', [
      'canny',
      'depth',
      'pose',
      'soft_edge',
      'lineart',
      'tile',
      'blur',
    ]),
    control_strength: number('How strongly the control image is followed.', 0, 3, 0.5),
    control_guidance_start: number('Fraction of the steps at which control begins.', 0, 1, 0),
    control_guidance_end: number('Fraction of the steps at which control ends.', 0, 1, 1),
    ip_adapter_image: file('Reference image for style.', 'image/*'),
    ip_adapter_strength: number('How strongly the reference image shows.', 0, 1, 0.6),
    loras: {
      type: 'array',
      maxItems: 5,
      default: [],
      description: 'Low-rank adapters to apply, merged in their order.',
      items: { $ref: '#/$defs/LoraWeight' },
    },
    lora_scale: number('Scale of all adapters together.', -1, 3, 1),
    scheduler: choice('Sampling method.', SAMPLERS, 'K_EULER'),
    max_sequence_length: {
      type: 'integer',
      enum: [128, 256, 512],
      default: 512,
      description: 'Longest prompt in tokens.',
    },
    output_format: choice('Format of the output images.', FORMATS, 'webp'),
    output_quality: integer('Quality of lossy formats, from 0 to 100.', 0, 100, 80),
    megapixels: choice('Approximate number of megapixels.', ['1', '0.25', '2', 'match_input']),
    go_fast: flag('Run with quantized weights, which is faster.', true),
    disable_safety_checker: flag('Turn the safety checker off.'),
    safety_tolerance: integer('1 is the strictest, 6 the most permissive.', 1, 6, 2),
    prompt_upsampling: flag('Let a language model lengthen the prompt.'),
    raw: flag('Generate less processed, more natural images.'),
    interval: number('Variance of guidance over the steps.', 1, 4, 2),
    acceleration: choice('How much speed is traded for quality.', ['none', 'regular', 'high'], 'regular'),
    enable_watermark: flag('Put an invisible watermark in.'),
    webhook: text('Deprecated. Use the request instead.', { format: 'uri' }),
    sync_mode: flag('Return the image as data in the answer.'),
    hf_token: text('Token for private adapters.', { maxLength: 200 }),
    width: {
      type: 'integer',
      minimum: 256,
      maximum: 1440,
      multipleOf: 32,
      description: 'Width in pixels, when the ratio is custom.',
    },
    height: {
      type: 'integer',
      minimum: 256,
      maximum: 1440,
      multipleOf: 32,
      description: 'Height in pixels, when the ratio is custom.',
    },
  },
  ['prompt'],
  {
    dependentRequired: { mask: ['image'], ip_adapter_image: ['prompt'] },
    $defs: {
      ImageSize: object({
        width: integer('Width.', 64, 14142, 512),
        height: integer('Height.', 64, 14142, 512),
      }),
      LoraWeight: object(
        {
          path: text('URL of the weights.', { format: 'uri' }),
          scale: number('Weight of this adapter.', 0, 4, 1),
        },
        ['path'],
      ),
    },
  },
);

/** As a pydantic model has it: references in allOf, optional fields as unions with null. */
export const sdxl = object(
  {
    ...Object.fromEntries(
      ['prompt', 'prompt_2', 'negative_prompt', 'negative_prompt_2'].map((name) => [
        name,
        {
          title: name,
          type: 'string',
          default: '',
          description: `The ${name.replaceAll('_', ' ')} of the two text encoders, as comma-separated words.`,
        },
      ]),
    ),
    scheduler: {
      allOf: [{ $ref: '#/$defs/scheduler' }],
      default: 'K_EULER',
      description: 'Scheduler of the base model.',
    },
    refine: {
      allOf: [{ $ref: '#/$defs/refine' }],
      default: 'no_refiner',
      description: 'Which refiner to use.',
    },
    style_preset: choice(
      'Look of the image.',
      Array.from({ length: 512 }, (_, index) => `style-${index}`),
    ),
    image: optional(file('Starting image.', 'image/*')),
    mask: optional(file('White is painted anew.', 'image/*')),
    seed: optional(SEED),
    refine_steps: optional(integer('Steps of the refiner.', 1, 100)),
    ...Object.fromEntries(
      ['width', 'height', 'target_width', 'target_height', 'original_width', 'original_height'].map(
        (name) => [
          name,
          {
            type: 'integer',
            minimum: 512,
            maximum: 2048,
            multipleOf: 8,
            default: 1024,
            description: `The ${name.replace('_', ' ')} in pixels, a multiple of 8.`,
          },
        ],
      ),
    ),
    ...Object.fromEntries(
      [
        'crops_top',
        'crops_left',
        'clip_skip',
        'denoising_start',
        'denoising_end',
        'guidance_rescale',
        'eta',
        'lora_scale',
        'high_noise_frac',
        'prompt_strength',
      ].map((name) => [
        name,
        number(`Sets ${name.replaceAll('_', ' ')}, which most callers leave as it is.`, 0, 1, 0.5),
      ]),
    ),
    num_outputs: integer('Number of images.', 1, 4, 1),
    num_inference_steps: integer('Number of denoising steps.', 1, 500, 50),
    guidance_scale: number('Scale for classifier-free guidance.', 1, 50, 7.5),
    apply_watermark: flag('Applies a watermark.', true),
    replicate_weights: text('Weights to use.', { pattern: '^[a-z0-9-]+/[a-z0-9-]+$' }),
    embeddings: {
      type: 'object',
      additionalProperties: { type: 'string', format: 'uri' },
      maxProperties: 4,
      description: 'Textual inversions by their token.',
    },
    tiling: flag('Makes the image tile.'),
    output_format: choice('Format.', FORMATS),
    output_quality: integer('Quality.', 1, 100, 95),
    controls: {
      type: 'array',
      maxItems: 3,
      description: 'Control images.',
      items: object(
        {
          image: file('Control image.', 'image/*'),
          kind: choice('Kind.', ['canny', 'depth']),
          weight: number('Weight.', 0, 2, 1),
        },
        ['image', 'kind'],
      ),
    },
    clip_model: { const: 'ViT-L' },
    metadata: {
      type: 'object',
      description: 'Anything that goes into the file.',
      default: { creator: 'sdxl', history: Array(40).fill('a long default') },
    },
    nullable_note: { type: 'string', nullable: true, maxLength: 20, description: 'A note.' },
  },
  ['prompt'],
  {
    $defs: {
      scheduler: { enum: SAMPLERS, type: 'string', title: 'scheduler' },
      refine: { enum: ['no_refiner', 'expert_ensemble_refiner', 'base_image_refiner'], type: 'string' },
    },
  },
);
