import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, ValidateNested } from 'class-validator';
import { createValidationPipe } from './validation.pipe.js';

class Part {
  @IsInt()
  number!: number;
}

class Body {
  @IsString()
  @Length(1, 10)
  file_name!: string;

  @IsOptional()
  @IsInt()
  size?: number;

  @IsOptional()
  @ValidateNested()
  @Type(() => Part)
  part?: Part;
}

it.each<[object, [string, string][]]>([
  [{}, [['file_name', 'is required']]],
  [{ file_name: 'a', part: {} }, [['part.number', 'is required']]],
  [
    { file_name: 'a', fiel: 1, siz: 1 },
    [
      ['fiel', 'is not a known field; the fields are file_name, size, part'],
      ['siz', 'is not a known field; did you mean size?'],
    ],
  ],
  [
    { file_name: 'a', part: { number: 1, numbr: 1 } },
    [['part.numbr', 'is not a known field; did you mean number?']],
  ],
  [{ file_name: '' }, [['file_name', 'file_name must be longer than or equal to 1 characters']]],
])('%j is refused with a sentence for each field', async (given, problems) => {
  const refused = createValidationPipe().transform(given, { type: 'body', metatype: Body });
  await expect(refused).rejects.toMatchObject({
    code: 'invalid_request',
    details: { validationErrors: problems.map(([path, message]) => ({ path, message })) },
  });
});
