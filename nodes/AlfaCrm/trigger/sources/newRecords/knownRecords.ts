import { readIdRanges, writeIdRanges } from '../../idRanges';

/** IDs as ranges, such as "501-503,507". */
interface StoredRecords {
	reported: string;
	unwanted: string;
	ofOtherBranches: string;
}

const NO_RECORDS: StoredRecords = { reported: '', unwanted: '', ofOtherBranches: '' };

/** The records above the mark that the trigger has come across, by their IDs. */
export class KnownRecords {
	/** Records that were reported, and those that were there before their branch was watched. */
	private readonly reportedIds: Set<number>;
	/**
	 * Records that the filters left out. They are reported if they change, and the filters let them
	 * pass.
	 */
	private readonly unwantedIds: Set<number>;
	/** Records of other branches. They are reported if they come into a watched branch. */
	private readonly otherBranchIds: Set<number>;

	constructor({ reported, unwanted, ofOtherBranches }: StoredRecords = NO_RECORDS) {
		this.reportedIds = readIdRanges(reported);
		this.unwantedIds = readIdRanges(unwanted);
		this.otherBranchIds = readIdRanges(ofOtherBranches);
	}

	has(id: number): boolean {
		return this.reportedIds.has(id) || this.unwantedIds.has(id) || this.otherBranchIds.has(id);
	}

	wasReported(id: number): boolean {
		return this.reportedIds.has(id);
	}

	addReported(id: number): void {
		this.forget(id);
		this.reportedIds.add(id);
	}

	addUnwanted(id: number): void {
		this.otherBranchIds.delete(id);
		this.unwantedIds.add(id);
	}

	/** Adds a record of another branch. If it was unwanted, it stays unwanted as well. */
	addOfOtherBranch(id: number): void {
		this.otherBranchIds.add(id);
	}

	/**
	 * Forgets a record that is to be reported, so that the next poll finds it if this one does not.
	 */
	forget(id: number): void {
		this.unwantedIds.delete(id);
		this.otherBranchIds.delete(id);
	}

	copy(): KnownRecords {
		const copy = new KnownRecords();
		for (const id of this.reportedIds) copy.reportedIds.add(id);
		for (const id of this.unwantedIds) copy.unwantedIds.add(id);
		for (const id of this.otherBranchIds) copy.otherBranchIds.add(id);
		return copy;
	}

	/** Returns the records above a mark as plain JSON. */
	toStored(mark: number): StoredRecords {
		const writeIds = (ids: ReadonlySet<number>) =>
			writeIdRanges([...ids].filter((id) => id > mark));
		return {
			reported: writeIds(this.reportedIds),
			unwanted: writeIds(this.unwantedIds),
			ofOtherBranches: writeIds(this.otherBranchIds),
		};
	}
}
