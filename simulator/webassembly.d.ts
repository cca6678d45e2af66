/** The part of the WebAssembly JavaScript interface that firmware.ts uses: the compiler has it in its browser library only. */
declare namespace WebAssembly {
	class Module {
		constructor(bytes: Uint8Array);
		static imports(module: Module): readonly {readonly module: string; readonly name: string; readonly kind: string}[];
	}
	class Instance {
		constructor(module: Module, imports: Readonly<Record<string, object>>);
		readonly exports: object;
	}
	interface Memory {
		readonly buffer: ArrayBuffer;
		/** Returns the size before, in pages of 64 KiB; throws RangeError when there is no more. */
		grow(pages: number): number;
	}
	interface Global {
		value: number | bigint;
	}
}
