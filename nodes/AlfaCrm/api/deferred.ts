/** A promise that somebody else settles. `Promise.withResolvers` is not there before Node 22. */
interface Deferred {
	readonly promise: Promise<void>;
	readonly resolve: () => void;
}

export function deferred(): Deferred {
	let resolve = () => {};
	const promise = new Promise<void>((settle) => (resolve = settle));
	return { promise, resolve };
}
