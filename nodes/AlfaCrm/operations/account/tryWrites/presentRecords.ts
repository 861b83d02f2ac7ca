/** A kind of record that the trial writes. */
export type RecordKind = 'lead' | 'comment' | 'task' | 'membership';

const KINDS: readonly RecordKind[] = ['lead', 'comment', 'task', 'membership'];

/**
 * Why a record may be in AlfaCRM although none was shown. `unread`: the record was written, but
 * nothing could be read afterwards. `unseen`: AlfaCRM confirmed the record, but does not show it.
 */
type Doubt = 'unread' | 'unseen';

/** How to name the test lead, to which the other records belong. */
interface LeadDescription {
	/** Undefined if the lead was never found. */
	leadId?: number;
	isArchived: boolean;
	/** The name of the lead. */
	name: string;
}

/** Keeps which records of the trial are in AlfaCRM now, and which ones may be. */
export class PresentRecords {
	private readonly ids: Record<RecordKind, number[]> = {
		lead: [],
		comment: [],
		task: [],
		membership: [],
	};
	private readonly doubts = new Map<RecordKind, Doubt>();

	/** Returns the IDs of the records that AlfaCRM showed last. */
	idsOf(kind: RecordKind): readonly number[] {
		return this.ids[kind];
	}

	has(kind: RecordKind): boolean {
		return this.ids[kind].length > 0;
	}

	/** Whether a record may be there although AlfaCRM has shown none. */
	isInDoubt(kind: RecordKind): boolean {
		return this.doubts.has(kind);
	}

	addDoubt(kind: RecordKind, doubt: Doubt): void {
		this.doubts.set(kind, doubt);
	}

	/**
	 * Notes the records that AlfaCRM shows now, which may be none.
	 *
	 * If it shows none, a record whose reading failed (`unread`) was not written. An `unseen` record
	 * stays in doubt, because AlfaCRM has confirmed it without ever showing it.
	 */
	setShown(kind: RecordKind, ids: readonly number[]): void {
		this.ids[kind] = [...ids];
		if (ids.length > 0 || this.doubts.get(kind) === 'unread') this.doubts.delete(kind);
	}

	/**
	 * Names all records that are in AlfaCRM or may be: `lead 501 (archived)`, `perhaps a comment of
	 * lead 501`.
	 */
	describe({ leadId, isArchived, name }: LeadDescription): string[] {
		const archivedMark = isArchived ? ' (archived)' : '';
		const ofLead = leadId === undefined ? '' : ` of lead ${leadId}`;
		return KINDS.flatMap((kind) => {
			const isLead = kind === 'lead';
			if (this.has(kind))
				return this.ids[kind].map((id) => `${kind} ${id}${isLead ? archivedMark : ofLead}`);
			if (!this.isInDoubt(kind)) return [];
			return [`perhaps a ${kind}${isLead ? ` named "${name}"` : ofLead}`];
		});
	}
}
