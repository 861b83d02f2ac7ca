import type { IExecuteFunctions } from 'n8n-workflow';

import { Hints } from '../../nodes/AlfaCrm/run/hints';

function shown(hints: Hints): string[] {
	const messages: string[] = [];
	hints.show({
		addExecutionHints: ({ message }: { message: string }) => messages.push(message),
	} as unknown as IExecuteFunctions);
	return messages;
}

it('a hint counts what it is about once, however many items meet it', () => {
	const hints = new Hints();
	for (let item = 0; item < 70; item++) hints.add('Some rows are missing', `list ${item % 7}`);
	expect(shown(hints)).toEqual(['Some rows are missing: list 0; list 1; list 2; list 3; list 4; and 2 more']);
});

it('a hint without details is its message', () => {
	const hints = new Hints();
	hints.add('Look there');
	hints.add('Look there');
	expect(shown(hints)).toEqual(['Look there']);
});

it('a repeat is told as what it is, and no warning', () => {
	const hints = new Hints();
	hints.add('Look there');
	hints.addRepeat('This payment was there already; nothing was added', 'payment 12');
	const types: unknown[] = [];
	hints.show({
		addExecutionHints: ({ type }: { type: string }) => types.push(type),
	} as unknown as IExecuteFunctions);
	expect(types).toEqual(['warning', 'info']);
});
