/** A kind of record that the trial writes. */
export type RecordKind = 'lead' | 'comment' | 'task' | 'membership';

const KINDS: readonly RecordKind[] = ['lead', 'comment', 'task', 'membership'];

/**
 * Why a record may be in AlfaCRM although AlfaCRM has not shown it.
 *
 * - `unread`: the record may have been written, but nothing could be read afterwards.
 * - `unseen`: AlfaCRM confirmed the record, but does not show it.
 */
type Doubt = 'unread' | 'unseen';

/** The test lead, to which the comment, task and membership belong, as far as it is known. */
interface TestLead {
	/** The ID; undefined if the lead was never found. */
	leadId?: number;
	isArchived: boolean;
	/** The name, by which people find a lead whose ID is unknown. */
	name: string;
}

/** Keeps track of the records of the trial: which are in AlfaCRM now, and which may be. */
export class PresentRecords {
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

	/** Whether AlfaCRM showed a record of a kind when it was read last. */
	has(kind: RecordKind): boolean {
		return this.shownIds[kind].length > 0;
	}

	/** Whether a record may be there although AlfaCRM has shown none. */
	isInDoubt(kind: RecordKind): boolean {
		return this.doubts.has(kind);
	}

	/** Notes that a record may be in AlfaCRM although AlfaCRM has not shown it. */
	addDoubt(kind: RecordKind, doubt: Doubt): void {
		this.doubts.set(kind, doubt);
	}

	/**
	 * Replaces the IDs of the records of a kind by those that AlfaCRM shows now, which may be none.
	 *
	 * A record that could not be read before (`unread`) is in doubt no longer: if AlfaCRM shows none,
	 * it was not written. An `unseen` record stays in doubt until AlfaCRM shows one, because AlfaCRM
	 * has confirmed it.
	 */
	setShownIds(kind: RecordKind, ids: readonly number[]): void {
		this.shownIds[kind] = [...ids];

		const isAnyShown = ids.length > 0;
		const wasUnread = this.doubts.get(kind) === 'unread';
		if (isAnyShown || wasUnread) this.doubts.delete(kind);
	}

	/**
	 * Names all records that are in AlfaCRM or may be: `lead 501 (archived)`, `perhaps a comment of
	 * lead 501`.
	 */
	describe(lead: TestLead): string[] {
		return KINDS.flatMap((kind) => {
			if (this.has(kind)) return this.describeShown(kind, lead);
			if (this.isInDoubt(kind)) return [describeDoubtful(kind, lead)];
			return [];
		});
	}

	/** Names the records of a kind that AlfaCRM shows: `comment 7 of lead 501`. */
	private describeShown(kind: RecordKind, lead: TestLead): string[] {
		const archivedMark = lead.isArchived ? ' (archived)' : '';
		const addition = kind === 'lead' ? archivedMark : describeOwner(lead);
		return this.shownIds[kind].map((id) => `${kind} ${id}${addition}`);
	}
}

/** Names a record that may be in AlfaCRM, but that AlfaCRM does not show. */
function describeDoubtful(kind: RecordKind, lead: TestLead): string {
	const addition = kind === 'lead' ? ` named "${lead.name}"` : describeOwner(lead);
	return `perhaps a ${kind}${addition}`;
}

/** Writes ` of lead 501`, which follows the name of a record; empty if the ID is unknown. */
const describeOwner = ({ leadId }: TestLead): string =>
	leadId === undefined ? '' : ` of lead ${leadId}`;
