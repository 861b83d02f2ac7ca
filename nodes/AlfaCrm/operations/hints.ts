import type { IExecuteFunctions } from 'n8n-workflow';

/** More would hide the hint among them. */
const MOST_DETAILS = 5;

/** What the user should know of a run: each kind once, however many items it is about. */
export class Hints {
	private readonly kinds = new Map<string, { details: Set<string>; more: number }>();

	/**
	 * @param message the same for all items that it concerns
	 * @param detail what differs from item to item
	 */
	add(message: string, detail?: string): void {
		let kind = this.kinds.get(message);
		if (kind === undefined) this.kinds.set(message, (kind = { details: new Set(), more: 0 }));
		if (detail === undefined || kind.details.has(detail)) return;
		if (kind.details.size < MOST_DETAILS) kind.details.add(detail);
		else kind.more += 1;
	}

	/** Hands them to n8n, which shows them above the output. */
	show(context: IExecuteFunctions): void {
		for (const [message, { details, more }] of this.kinds) {
			const list = [...details].join('; ');
			const rest = more > 0 ? `; and ${more} more` : '';
			context.addExecutionHints({
				type: 'warning',
				location: 'outputPane',
				message: list === '' ? message : `${message}: ${list}${rest}`,
			});
		}
	}
}
