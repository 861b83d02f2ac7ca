/**
 * Keeps the list of the records that a trial (one run of *Try Writes*) has written: the records
 * that AlfaCRM shows, and the kinds of record that are in doubt. A kind is in doubt if a record of
 * this kind may be in AlfaCRM although AlfaCRM has not shown it.
 */

/** A kind of record that the trial writes. */
export type RecordKind = 'lead' | 'comment' | 'task' | 'membership';

/** All kinds, in the order in which `describe` names the records. */
const KINDS: readonly RecordKind[] = ['lead', 'comment', 'task', 'membership'];

/**
 * The reason why a record is in doubt.
 *
 * - `unread`: the write may have created the record, but reading it back failed.
 * - `unseen`: AlfaCRM confirmed the record, but does not show it.
 */
type Doubt = 'unread' | 'unseen';

/** The test lead, to which the comment, task and membership belong. */
interface TestLead {
	/** The ID; undefined if the lead was never found. */
	leadId?: number;
	isArchived: boolean;
	/** The name, by which people find a lead whose ID is unknown. */
	name: string;
}

export class RecordInventory {
	/** The IDs of the records that AlfaCRM showed last. */
	private readonly shownIds: Record<RecordKind, number[]> = {
		lead: [],
		comment: [],
		task: [],
		membership: [],
	};
	private readonly doubts = new Map<RecordKind, Doubt>();

	/** Returns the IDs of the records that AlfaCRM showed last. */
	idsOf(kind: RecordKind): readonly number[] {
		return this.shownIds[kind];
	}

	/** Whether AlfaCRM showed a record of a kind when that kind was read last. */
	has(kind: RecordKind): boolean {
		return this.shownIds[kind].length > 0;
	}

	/** Whether a record of a kind may be in AlfaCRM although AlfaCRM has not shown it. */
	isInDoubt(kind: RecordKind): boolean {
		return this.doubts.has(kind);
	}

	/** Notes that a record of a kind may be in AlfaCRM although AlfaCRM has not shown it. */
	addDoubt(kind: RecordKind, doubt: Doubt): void {
		this.doubts.set(kind, doubt);
	}

	/**
	 * Replaces the IDs of the records of a kind by the IDs that AlfaCRM shows now.
	 *
	 * - The doubt `unread` ends with this reading, even if AlfaCRM shows no record: then the record
	 *   was not written.
	 * - The doubt `unseen` ends only when AlfaCRM shows a record, because AlfaCRM has confirmed it.
	 *
	 * @param ids empty if AlfaCRM shows no record
	 */
	setShownIds(kind: RecordKind, ids: readonly number[]): void {
		this.shownIds[kind] = [...ids];

		const isAnyShown = ids.length > 0;
		const wasUnread = this.doubts.get(kind) === 'unread';
		if (isAnyShown || wasUnread) this.doubts.delete(kind);
	}

	/**
	 * Names all records that are or may be in AlfaCRM, such as `lead 501 (archived)` and `perhaps a
	 * comment of lead 501`.
	 */
	describe(lead: TestLead): string[] {
		return KINDS.flatMap((kind) => {
			if (this.has(kind)) return this.describeShownRecords(kind, lead);
			if (this.isInDoubt(kind)) return [describeDoubtfulRecord(kind, lead)];
			return [];
		});
	}

	/** Names the records of a kind that AlfaCRM shows: `comment 7 of lead 501`. */
	private describeShownRecords(kind: RecordKind, lead: TestLead): string[] {
		const archivedMark = lead.isArchived ? ' (archived)' : '';
		const suffix = kind === 'lead' ? archivedMark : describeOwner(lead);
		return this.shownIds[kind].map((id) => `${kind} ${id}${suffix}`);
	}
}

/** Names a record that may be in AlfaCRM, but that AlfaCRM does not show. */
function describeDoubtfulRecord(kind: RecordKind, lead: TestLead): string {
	const suffix = kind === 'lead' ? ` named "${lead.name}"` : describeOwner(lead);
	return `perhaps a ${kind}${suffix}`;
}

/** Writes ` of lead 501`, which follows the name of a record; empty if the ID is unknown. */
const describeOwner = ({ leadId }: TestLead): string =>
	leadId === undefined ? '' : ` of lead ${leadId}`;
