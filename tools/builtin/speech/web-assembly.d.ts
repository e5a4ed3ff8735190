/** What is used of WebAssembly: neither the ECMAScript library nor @types/node declares it. */
declare namespace WebAssembly {
  type Module = object;
  type Instance = object;
  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(module: Module, imports: Record<string, object>): Promise<Instance>;
}
