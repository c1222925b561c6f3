interface WebAssemblyNamespace {
  readonly Module: new (bytes: unknown) => object;
  readonly Instance: new (module: object, imports?: unknown) => object;
}

/**
 * Serves the asynchronous half of WebAssembly at once: the engine would compile beside the realm and tell it through a
 * loop of events, which a realm does not have.
 */
export function installWebAssembly(global: typeof globalThis): void {
  const { WebAssembly } = global as unknown as { readonly WebAssembly: WebAssemblyNamespace };
  const { Module, Instance } = WebAssembly;
  const methods = {
    async compile(bytes: unknown): Promise<object> {
      return new Module(bytes);
    },
    async instantiate(source: unknown, imports?: unknown): Promise<object> {
      if (source instanceof Module) return new Instance(source, imports);
      const module = new Module(source);
      return { module, instance: new Instance(module, imports) };
    },
  };
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(WebAssembly, name, { value, writable: true, enumerable: true, configurable: true });
  }
}
