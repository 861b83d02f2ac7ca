/** A point in the work of an item that the items after it wait for. */
export class Milestone {
	/** Settles once this item and all before it have passed. */
	readonly passed: Promise<void>;
	/** To be called by the item when it has passed, or has ended without. */
	pass: () => void = () => {};

	/** @param before of the item before */
	constructor(before?: Milestone) {
		this.passed = new Promise((resolve) => (this.pass = () => resolve(before?.passed)));
	}
}
