/** Octets both ways: a tty or the connection of a socket, opened in bridge/serial.ts. */
export interface ByteStream {
	/** `onTaken` is called when the system has these octets; not any more after the stream was closed. */
	write(bytes: Uint8Array, onTaken: () => void): void;
	/** `onClose` follows, if it was not called yet. */
	close(): void;
}

export interface ByteStreamEvents {
	readonly onBytes: (bytes: Uint8Array) => void;
	/** Once, at the end of every stream, whether it was opened or not. */
	readonly onClose: (error?: Error) => void;
}

/** No event comes before it has returned. */
export type OpenByteStream = (events: ByteStreamEvents & {readonly onOpen: () => void}) => ByteStream;

export interface Closable {
	/** `onClose` follows, if it was not called yet. */
	close(): void;
}

export interface ListenEvents {
	readonly onOpen: () => void;
	/** A stream that is open; the caller says at once who hears of it. */
	readonly onStream: (accept: (events: ByteStreamEvents) => ByteStream) => void;
	/** Once, whether it was opened or not. The accepted streams live on. */
	readonly onClose: (error?: Error) => void;
}

/** No event comes before it has returned. */
export type OpenListener = (events: ListenEvents) => Closable;
