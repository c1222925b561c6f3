import type { Snapshot } from "../../store/store.ts";
import { parseSchema } from "../schema/parse-schema.ts";
import type { Schema } from "../schema/schema.ts";
import type { Catalogue } from "./catalogue.ts";
import { loadCatalogue } from "./load-catalogue.ts";

/** Schemas kept parsed: the active and the pending one of a few components. */
const MAX_PARSED_SCHEMAS = 16;

/** The catalogue of the newest snapshots: it changes with pushes and new tables, so nearly every look-up is a hit. */
export class CatalogueCache {
  #newest: Catalogue | null = null;
  readonly #schemas = new Map<string, Schema>();

  get(snapshot: Snapshot): Catalogue {
    const { ts, catalogueTs } = snapshot;
    if (this.#newest?.ts === catalogueTs && catalogueTs <= ts) return this.#newest;
    const catalogue = loadCatalogue(snapshot, (json) => this.#parse(json));
    // A snapshot of the past may be older than the newest catalogue: what it holds then has no timestamp to keep it by.
    if (catalogueTs <= ts) this.#newest = catalogue;
    return catalogue;
  }

  #parse(json: string): Schema {
    let schema = this.#schemas.get(json);
    if (schema === undefined) {
      schema = parseSchema(json);
      if (this.#schemas.size >= MAX_PARSED_SCHEMAS) this.#schemas.clear();
      this.#schemas.set(json, schema);
    }
    return schema;
  }
}
