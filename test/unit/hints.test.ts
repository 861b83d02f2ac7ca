import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';

import { Hints } from '../../nodes/AlfaCrm/run/hints';

/** Shows the hints as at the end of an execution, and returns what n8n receives. */
function showHints(hints: Hints): NodeExecutionHint[] {
	const shownHints: NodeExecutionHint[] = [];
	const context = {
		addExecutionHints: (hint: NodeExecutionHint) => {
			shownHints.push(hint);
		},
	};
	hints.show(context as unknown as IExecuteFunctions);
	return shownHints;
}

describe('Hints', () => {
	it('a hint names each of its details once, and counts those after the fifth', () => {
		const hints = new Hints();
		// Ten items name each of the seven lists 0 to 6.
		for (let item = 0; item < 70; item++) {
			hints.add('Some rows are missing', `list ${item % 7}`);
		}

		const [hint] = showHints(hints);

		expect(hint.message).toBe('Some rows are missing: list 0; list 1; list 2; list 3; list 4; and 2 more');
	});

	it('a hint without details is shown once, although it was added twice', () => {
		const hints = new Hints();
		hints.add('Look there');
		hints.add('Look there');

		expect(showHints(hints)).toMatchObject([{ message: 'Look there' }]);
	});

	it('a hint is shown as a warning, and the hint on a repeated run as information', () => {
		const hints = new Hints();
		hints.add('Look there');
		hints.addRepeat('This payment was there already; nothing was added', 'payment 12');

		expect(showHints(hints)).toMatchObject([{ type: 'warning' }, { type: 'info' }]);
	});
});
