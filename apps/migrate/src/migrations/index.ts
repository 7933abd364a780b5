import type { MigrationInterface } from 'typeorm';
import { CreateAccounts1795381200001 } from './1795381200001-create-accounts.js';
import { CreateOauth1795381200002 } from './1795381200002-create-oauth.js';
import { CreateFiles1795381200003 } from './1795381200003-create-files.js';
import { CreateCatalog1795381200004 } from './1795381200004-create-catalog.js';
import { CreateInference1795381200005 } from './1795381200005-create-inference.js';
import { CreateRateLimits1795381200006 } from './1795381200006-create-rate-limits.js';
import { CreateSeeds1795381200007 } from './1795381200007-create-seeds.js';
import { CreateAudit1795381200008 } from './1795381200008-create-audit.js';
import { AddClientDocuments1795381200009 } from './1795381200009-add-client-documents.js';
import { CreateUserIdentities1795381200010 } from './1795381200010-create-user-identities.js';
import { AddSignInEpoch1795381200011 } from './1795381200011-add-sign-in-epoch.js';
import { IndexAuditTime1795381200012 } from './1795381200012-index-audit-time.js';
import { AddFairQueue1795381200020 } from './1795381200020-add-fair-queue.js';
import { CreatePendingFiles1795381200021 } from './1795381200021-create-pending-files.js';
import { IndexCatalogSearch1795381200030 } from './1795381200030-index-catalog-search.js';
import { AddCatalogVersions1795381200031 } from './1795381200031-add-catalog-versions.js';
import { AddRecommendationLists1795381200033 } from './1795381200033-add-recommendation-lists.js';
import { IndexAllRequests1795381200035 } from './1795381200035-index-all-requests.js';
import { CreateClaimFunction1795381200040 } from './1795381200040-create-claim-function.js';
import { IndexCatalogNames1795381200041 } from './1795381200041-index-catalog-names.js';
import { AddUploadClaims1795381200043 } from './1795381200043-add-upload-claims.js';
import { AddStorageLimits1795381200045 } from './1795381200045-add-storage-limits.js';
import { LetWritersTryAgain1795381200046 } from './1795381200046-let-writers-try-again.js';

/** Every migration. TypeORM orders them by the time in their names; a test compares this list with the folder. */
export const migrations: (new () => MigrationInterface)[] = [
  CreateAccounts1795381200001,
  CreateOauth1795381200002,
  CreateFiles1795381200003,
  CreateCatalog1795381200004,
  CreateInference1795381200005,
  CreateRateLimits1795381200006,
  CreateSeeds1795381200007,
  CreateAudit1795381200008,
  AddClientDocuments1795381200009,
  CreateUserIdentities1795381200010,
  AddSignInEpoch1795381200011,
  IndexAuditTime1795381200012,
  AddFairQueue1795381200020,
  CreatePendingFiles1795381200021,
  IndexCatalogSearch1795381200030,
  AddCatalogVersions1795381200031,
  AddRecommendationLists1795381200033,
  IndexAllRequests1795381200035,
  CreateClaimFunction1795381200040,
  IndexCatalogNames1795381200041,
  AddUploadClaims1795381200043,
  AddStorageLimits1795381200045,
  LetWritersTryAgain1795381200046,
];
