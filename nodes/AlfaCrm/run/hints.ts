import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';

/** How many details a hint shows at most. A long list of details would hide the message. */
const MAX_DETAILS = 5;

type HintType = NodeExecutionHint['type'];

/**
 * Collects hints: messages for the user about an execution that succeeded. Items with the same
 * message share one hint.
 */
export class Hints {
	private readonly hints = new Map<string, { type: HintType; details: Set<string> }>();

	/**
	 * Adds a detail to the hint with a message, or makes the hint. The first item with the message
	 * decides the type.
	 *
	 * @param message a sentence that holds for all items that the hint is about
	 * @param detail the part that differs between items, such as the ID of a record
	 */
	add(message: string, detail?: string, type: HintType = 'warning'): void {
		const hint = this.hints.get(message) ?? { type, details: new Set() };
		this.hints.set(message, hint);
		if (detail !== undefined) hint.details.add(detail);
	}

	/**
	 * Adds the hint that an item repeats an earlier run: it changed nothing, because everything was
	 * done already.
	 */
	addRepeat(message: string, detail: string): void {
		this.add(message, detail, 'info');
	}

	/** Hands the hints to n8n, which shows them above the output. */
	show(context: IExecuteFunctions): void {
		// In n8n 1.97 the context of a tool of an AI agent has no `addExecutionHints`.
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

/** Joins the first details into a text that ends with the number of the details left out. */
function listDetails(details: readonly string[]): string {
	const shownDetails = details.slice(0, MAX_DETAILS).join('; ');
	const hiddenCount = details.length - MAX_DETAILS;
	return hiddenCount > 0 ? `${shownDetails}; and ${hiddenCount} more` : shownDetails;
}
