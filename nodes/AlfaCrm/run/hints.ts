import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';

/** The most details that a hint shows. A long list of them would hide the message. */
const MOST_DETAILS = 5;

type HintType = NodeExecutionHint['type'];

/**
 * Collects hints: messages for the user about an execution that succeeded. Items with the same
 * message share one hint.
 */
export class Hints {
	private readonly hints = new Map<string, { type: HintType; details: Set<string> }>();

	/**
	 * @param message a sentence that holds for all items that the hint is about
	 * @param detail what is different for each item, such as the ID of its record
	 */
	add(message: string, detail?: string, type: HintType = 'warning'): void {
		const hint = this.hints.get(message) ?? { type, details: new Set() };
		this.hints.set(message, hint);
		if (detail !== undefined) hint.details.add(detail);
	}

	/** Adds the hint that an item changed nothing, because everything was done before. */
	addRepeat(message: string, detail: string): void {
		this.add(message, detail, 'info');
	}

	/**
	 * Hands the hints to n8n, which shows them above the output. In n8n 1.97 a tool of an AI agent
	 * cannot show any.
	 */
	show(context: IExecuteFunctions): void {
		if (!('addExecutionHints' in context)) return;
		for (const [message, { type, details }] of this.hints) {
			const detailList = listDetails([...details]);
			context.addExecutionHints({
				type,
				location: 'outputPane',
				message: detailList === '' ? message : `${message}: ${detailList}`,
			});
		}
	}
}

/** Writes the first details, and how many more there are. */
function listDetails(details: readonly string[]): string {
	const shownDetails = details.slice(0, MOST_DETAILS).join('; ');
	const hiddenCount = details.length - MOST_DETAILS;
	return hiddenCount > 0 ? `${shownDetails}; and ${hiddenCount} more` : shownDetails;
}
