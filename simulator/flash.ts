/** Geometry of one device's flash, as `struct femto_flash_geometry`. */
export interface FlashGeometry {
	/** Bytes of one erase unit: a multiple of 256, at most 1 MiB. */
	readonly unitBytes: number;
	/** 2 to 32. */
	readonly unitCount: number;
}

export type FlashOperation =
	| {readonly kind: 'program'; readonly address: number; readonly bytes: Uint8Array}
	| {readonly kind: 'erase'; readonly unit: number};

/** A rule of flash is broken (agent-firmware/platform/femto_port.h): a mistake in the firmware. */
export class FlashError extends Error {
	override readonly name = 'FlashError';
}

const pageBytes = 256;
/** Bytes programmed at a time. */
const writeBytes = 8;
const erasedByte = 0xff;

interface Page {
	readonly bytes: Uint8Array;
	/** One flag per write unit: programmed since the erase. */
	readonly programmed: Uint8Array;
}

/**
 * Flash of one device: keeps its content while the device restarts, and refuses what real flash does not allow. Pages
 * that are erased take no memory, and a fork shares all others until one side writes.
 */
export class Flash {
	readonly geometry: FlashGeometry;
	/** By page number; a page that is not in it is erased. */
	readonly #pages = new Map<number, Page>();
	/** Numbers of pages that no other flash shares. */
	readonly #owned = new Set<number>();
	#observer: ((operation: FlashOperation) => void) | undefined;

	/**
	 * A flash that holds these bytes from its beginning on and is erased behind them; a write unit without a bit
	 * programmed counts as erased. RangeError for a geometry outside its bounds.
	 */
	constructor(geometry: FlashGeometry, content: Uint8Array = new Uint8Array(0)) {
		const {unitBytes, unitCount} = geometry;
		if (!isWithin(unitBytes, 512, 1 << 20) || unitBytes % pageBytes !== 0 || !isWithin(unitCount, 2, 32)) {
			const bounds = `2 to 32 of 512 to 1048576, a multiple of ${pageBytes}`;
			throw new RangeError(`Cannot make flash: ${unitCount} units of ${unitBytes} bytes, must be ${bounds}`);
		}
		this.geometry = geometry;
		for (let address = 0; address < content.length; address += writeBytes) {
			const unit = content.subarray(address, address + writeBytes);
			if (unit.some((byte) => byte !== erasedByte)) this.#programUnit(address, unit);
		}
	}

	/** A flash with the same content; neither sees what the other writes from now on. */
	fork(): Flash {
		const copy = new Flash(this.geometry);
		for (const [number, page] of this.#pages) copy.#pages.set(number, page);
		this.#owned.clear();
		return copy;
	}

	/** Called after each program and erase, with a copy of the bytes; at most one observer. */
	observe(observer: (operation: FlashOperation) => void): void {
		this.#observer = observer;
	}

	/** Bytes of memory that hold content. */
	get residentBytes(): number {
		return this.#pages.size * pageBytes;
	}

	read(address: number, target: Uint8Array): void {
		this.#requireInside('read', address, target.length);
		for (let done = 0; done < target.length; ) {
			const offset = (address + done) % pageBytes;
			const size = Math.min(pageBytes - offset, target.length - done);
			const page = this.#pages.get(Math.floor((address + done) / pageBytes));
			if (page === undefined) target.fill(erasedByte, done, done + size);
			else target.set(page.bytes.subarray(offset, offset + size), done);
			done += size;
		}
	}

	program(address: number, data: Uint8Array): void {
		this.#requireInside('program', address, data.length);
		const {unitBytes} = this.geometry;
		if (address % writeBytes !== 0 || data.length % writeBytes !== 0 || data.length === 0) {
			throw new FlashError(`Cannot program flash: ${data.length} bytes at ${address}, must be multiples of ${writeBytes}`);
		}
		if (Math.floor(address / unitBytes) !== Math.floor((address + data.length - 1) / unitBytes)) {
			throw new FlashError(`Cannot program flash: ${data.length} bytes at ${address} leave their erase unit`);
		}
		for (let done = 0; done < data.length; done += writeBytes) {
			this.#programUnit(address + done, data.subarray(done, done + writeBytes));
		}
		this.#observer?.({kind: 'program', address, bytes: data.slice()});
	}

	erase(unit: number): void {
		if (!isWithin(unit, 0, this.geometry.unitCount - 1)) {
			throw new FlashError(`Cannot erase flash: unit ${unit}, must be below ${this.geometry.unitCount}`);
		}
		const pagesPerUnit = this.geometry.unitBytes / pageBytes;
		for (let number = unit * pagesPerUnit; number < (unit + 1) * pagesPerUnit; number++) {
			this.#pages.delete(number);
			this.#owned.delete(number);
		}
		this.#observer?.({kind: 'erase', unit});
	}

	#programUnit(address: number, data: Uint8Array): void {
		const page = this.#ownedPage(Math.floor(address / pageBytes));
		const offset = address % pageBytes;
		if (page.programmed[offset / writeBytes] !== 0) {
			throw new FlashError(`Cannot program flash: the write unit at ${address} is programmed already`);
		}
		page.programmed[offset / writeBytes] = 1;
		page.bytes.set(data, offset);
	}

	#ownedPage(number: number): Page {
		const page = this.#pages.get(number);
		if (page !== undefined && this.#owned.has(number)) return page;
		const copy: Page = {
			bytes: page?.bytes.slice() ?? new Uint8Array(pageBytes).fill(erasedByte),
			programmed: page?.programmed.slice() ?? new Uint8Array(pageBytes / writeBytes),
		};
		this.#pages.set(number, copy);
		this.#owned.add(number);
		return copy;
	}

	#requireInside(what: string, address: number, size: number): void {
		const total = this.geometry.unitBytes * this.geometry.unitCount;
		if (address + size > total) {
			throw new FlashError(`Cannot ${what} flash: ${size} bytes at ${address}, must end within ${total}`);
		}
	}
}

function isWithin(value: number, least: number, most: number): boolean {
	return Number.isInteger(value) && value >= least && value <= most;
}
