import { Module } from '@nestjs/common';
import { CatalogModule, KnownEngines } from '#libs/catalog';
import { EngineRegistry, EnginesModule } from '#libs/engines';

/** Tells the catalogue which engines there are: what the release brings is checked like any other definition. */
@Module({ imports: [CatalogModule, EnginesModule] })
export class SeedEnginesModule {
  constructor(known: KnownEngines, engines: EngineRegistry) {
    known.register(engines.all);
  }
}
