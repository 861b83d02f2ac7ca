import { readIdRanges, writeIdRanges } from '../../idRanges';

/** IDs as ranges, such as "501-503,507". */
interface StoredRecords {
	reported: string;
	filteredOut: string;
	ofOtherBranches: string;
}

const NO_RECORDS: StoredRecords = { reported: '', filteredOut: '', ofOtherBranches: '' };

/**
 * The records that the trigger has come across, by their IDs. All records up to the boundary, which
 * is an ID, are old, so only the records above it are remembered one by one.
 */
export class KnownRecords {
	/** Records that were reported, and those that existed before their branch was watched. */
	private readonly reportedIds: Set<number>;
	/**
	 * Records that the filters left out. They are reported if they change, and the filters let them
	 * pass.
	 */
	private readonly filteredOutIds: Set<number>;
	/** Records of other branches. They are reported if they come into a watched branch. */
	private readonly otherBranchIds: Set<number>;

	constructor(stored: StoredRecords = NO_RECORDS) {
		this.reportedIds = readIdRanges(stored.reported);
		this.filteredOutIds = readIdRanges(stored.filteredOut);
		this.otherBranchIds = readIdRanges(stored.ofOtherBranches);
	}

	has(id: number): boolean {
		return this.reportedIds.has(id) || this.filteredOutIds.has(id) || this.otherBranchIds.has(id);
	}

	wasReported(id: number): boolean {
		return this.reportedIds.has(id);
	}

	/** Adds a record that was reported, or that existed before its branch was watched. */
	addReported(id: number): void {
		this.forgetUnreported(id);
		this.reportedIds.add(id);
	}

	/**
	 * Adds a record of a watched branch that the filters left out. If it was known as a record of
	 * another branch, it has moved.
	 */
	addFilteredOut(id: number): void {
		this.otherBranchIds.delete(id);
		this.filteredOutIds.add(id);
	}

	/**
	 * Adds a record of another branch. If the filters left it out before, that is still remembered. So
	 * when the user changes the filters, it counts as reported, as all these records do.
	 */
	addOfOtherBranch(id: number): void {
		this.otherBranchIds.add(id);
	}

	/**
	 * Forgets that a record was left out by the filters or belonged to another branch, because it is to
	 * be reported now. If this poll does not report it, the next poll finds it again.
	 */
	forgetUnreported(id: number): void {
		this.filteredOutIds.delete(id);
		this.otherBranchIds.delete(id);
	}

	copy(): KnownRecords {
		const copy = new KnownRecords();
		for (const id of this.reportedIds) copy.reportedIds.add(id);
		for (const id of this.filteredOutIds) copy.filteredOutIds.add(id);
		for (const id of this.otherBranchIds) copy.otherBranchIds.add(id);
		return copy;
	}

	/**
	 * Returns the IDs of the records as texts of ranges, such as "501-503,507", for the stored state.
	 *
	 * @param lastOldId the ID of the boundary. Records up to this ID are left out.
	 */
	toStored(lastOldId: number): StoredRecords {
		return {
			reported: writeIdsAbove(lastOldId, this.reportedIds),
			filteredOut: writeIdsAbove(lastOldId, this.filteredOutIds),
			ofOtherBranches: writeIdsAbove(lastOldId, this.otherBranchIds),
		};
	}
}

/** Writes the IDs above a limit as ranges. */
function writeIdsAbove(limit: number, ids: ReadonlySet<number>): string {
	const idsAbove = [...ids].filter((id) => id > limit);
	return writeIdRanges(idsAbove);
}
