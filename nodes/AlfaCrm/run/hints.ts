import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';

/** More would hide the hint among them. */
const MOST_DETAILS = 5;

/** What the user should know of a run: each kind once, however many items it is about. */
export class Hints {
	private readonly messages = new Map<string, { type: NodeExecutionHint['type']; details: Set<string> }>();

	/**
	 * @param message the same for all items that it concerns
	 * @param detail what differs from item to item
	 */
	add(message: string, detail?: string, type: NodeExecutionHint['type'] = 'warning'): void {
		const known = this.messages.get(message) ?? { type, details: new Set() };
		this.messages.set(message, known);
		if (detail !== undefined) known.details.add(detail);
	}

	/** That there was nothing to do, for it was done before. */
	addRepeat(message: string, detail: string): void {
		this.add(message, detail, 'info');
	}

	/** Hands them to n8n, which shows them above the output; older versions (1.97) take none from a tool of an agent. */
	show(context: IExecuteFunctions): void {
		if (!('addExecutionHints' in context)) return;
		for (const [message, { type, details }] of this.messages) {
			const list = [...details].slice(0, MOST_DETAILS).join('; ');
			const more = details.size - MOST_DETAILS;
			const rest = more > 0 ? `; and ${more} more` : '';
			context.addExecutionHints({
				type,
				location: 'outputPane',
				message: list === '' ? message : `${message}: ${list}${rest}`,
			});
		}
	}
}
