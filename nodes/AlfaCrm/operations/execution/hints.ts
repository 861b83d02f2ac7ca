import type { IExecuteFunctions } from 'n8n-workflow';

/** More would hide the hint among them. */
const MOST_DETAILS = 5;

/** What the user should know of a run: each kind once, however many items it is about. */
export class Hints {
	private readonly messages = new Map<string, Set<string>>();

	/**
	 * @param message the same for all items that it concerns
	 * @param detail what differs from item to item
	 */
	add(message: string, detail?: string): void {
		const details = this.messages.get(message) ?? new Set();
		this.messages.set(message, details);
		if (detail !== undefined) details.add(detail);
	}

	/** Hands them to n8n, which shows them above the output; older versions (1.97) take none from a tool of an agent. */
	show(context: IExecuteFunctions): void {
		if (!('addExecutionHints' in context)) return;
		for (const [message, details] of this.messages) {
			const list = [...details].slice(0, MOST_DETAILS).join('; ');
			const more = details.size - MOST_DETAILS;
			const rest = more > 0 ? `; and ${more} more` : '';
			context.addExecutionHints({
				type: 'warning',
				location: 'outputPane',
				message: list === '' ? message : `${message}: ${list}${rest}`,
			});
		}
	}
}
