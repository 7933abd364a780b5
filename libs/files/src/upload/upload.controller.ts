import { Body, Controller, Get, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
import { type Actor, ApiKeyGuard, CurrentActor } from '#libs/accounts';
import { CompleteUploadDto, InitiateUploadDto, PartUrlDto, UploadReferenceDto } from './upload.dto.js';
import { UploadsService } from './uploads.service.js';

/** Direct uploads: announce, get signed URLs, complete. The bytes themselves go to the signed URLs. */
@Controller('storage/upload')
@UseGuards(ApiKeyGuard)
export class UploadController {
  constructor(private readonly uploads: UploadsService) {}

  @Post('initiate')
  @HttpCode(200)
  async initiate(
    @CurrentActor() actor: Actor,
    @Body() { file_name: fileName, content_type: contentType, size }: InitiateUploadDto,
  ): Promise<{ upload_url: string; file_url: string; expires_at: string }> {
    const upload = await this.uploads.announceSingle(actor, { fileName, contentType, size });
    return {
      upload_url: await this.uploads.uploadUrl(upload),
      file_url: this.uploads.fileUrl(upload),
      expires_at: this.uploads.fileExpiry(upload).toISOString(),
    };
  }

  @Post('initiate-multipart')
  @HttpCode(200)
  async initiateMultipart(
    @CurrentActor() actor: Actor,
    @Body() { file_name: fileName, content_type: contentType, size }: InitiateUploadDto,
  ): Promise<{ fileUrl: string; uploadId: string; uploadKey: string; expiresAt: string }> {
    const upload = await this.uploads.announceMultipart(actor, { fileName, contentType, size });
    return {
      fileUrl: this.uploads.fileUrl(upload),
      uploadId: upload.id,
      uploadKey: upload.key,
      expiresAt: this.uploads.fileExpiry(upload).toISOString(),
    };
  }

  @Get('multipart-url')
  async partUrl(@CurrentActor() actor: Actor, @Query() query: PartUrlDto): Promise<{ presignedUrl: string }> {
    return { presignedUrl: await this.uploads.partUrl(actor, query, query.partNumber) };
  }

  @Post('complete')
  @HttpCode(200)
  async complete(
    @CurrentActor() actor: Actor,
    @Body() body: CompleteUploadDto,
  ): Promise<{ fileUrl: string; expiresAt: string }> {
    const upload = await this.uploads.complete(actor, body, body.parts);
    return {
      fileUrl: this.uploads.fileUrl(upload),
      expiresAt: this.uploads.fileExpiry(upload).toISOString(),
    };
  }

  @Post('abort')
  @HttpCode(204)
  async abort(@CurrentActor() actor: Actor, @Body() body: UploadReferenceDto): Promise<void> {
    await this.uploads.abort(actor, body);
  }
}
