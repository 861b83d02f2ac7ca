import type { JsonObject, Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE } from '../../support/codes';
import { withNodeOptions } from '../support/workflowEdits';
import { MinutePolls } from './minutePolls';
import { messageTo } from './schoolRows';
import type { Job } from './types';

export const debtWithLink: Job = {
	name: 'debt-with-link',
	play: async (importExample, side, { sandbox }) => {
		const example = await importExample(side, withNodeOptions('In Debt', { firstPoll: 'due', lookEvery: 1 }));
		const polls = new MinutePolls(example);
		settleAllBalances(sandbox);
		const mia = addClient(sandbox, 'Орлова Мия', '-1500.50', ['mia@example.org', 'second@example.org']);
		const yanWithoutEmail = addClient(sandbox, 'Орлов Ян', '-200.00', [], { branch_ids: [2] });
		const tomWithInvalidEmail = addClient(sandbox, 'Тихий Том', '-1.00', ['нет']);
		addCustomersWithoutReminder(sandbox);

		// The office hears of the debts of clients who have no email.
		const firstMessages = await polls.pollMessages();
		expect(firstMessages).toHaveLength(3);
		expect(firstMessages).toContainEqual(debtMessage('mia@example.org', mia, 'Орлова Мия', '1500.50'));
		expect(firstMessages).toContainEqual(
			debtMessage('office@example.org', yanWithoutEmail, 'Орлов Ян', '200.00'),
		);
		expect(firstMessages).toContainEqual(
			debtMessage('office@example.org', tomWithInvalidEmail, 'Тихий Том', '1.00'),
		);

		// A debt that grows is not reported again. Only the debt of a new client is.
		sandbox.store.patch('customer', mia, { balance: '-3000.00' });
		const eva = addClient(sandbox, 'Новая Ева', '-300.00', ['eva@example.org']);
		expect(await polls.pollMessages()).toEqual([debtMessage('eva@example.org', eva, 'Новая Ева', '300.00')]);
	},
};

function settleAllBalances({ store }: Sandbox): void {
	for (const { id } of store.rows('customer')) {
		store.patch('customer', id, { balance: '0.00' });
	}
}

/** Adds a client of branch 1. */
function addClient(
	{ store }: Sandbox,
	name: string,
	balance: string,
	email: string[],
	changes: JsonObject = {},
): number {
	return store.insert('customer', {
		name,
		balance,
		email,
		is_study: CUSTOMER_TYPE.client,
		branch_ids: [1],
		...changes,
	}).id;
}

/** Adds a lead and an archived client with debts, and a client without a debt. */
function addCustomersWithoutReminder(sandbox: Sandbox): void {
	addClient(sandbox, 'Лид Рита', '-900.00', ['rita@example.org'], { is_study: CUSTOMER_TYPE.lead });
	addClient(sandbox, 'Бывший Лев', '-900.00', ['lev@example.org'], { e_date: '2026-01-01' });
	addClient(sandbox, 'Пока Роза', '0.00', ['rosa@example.org']);
}

function debtMessage(address: string, customer: number, name: string, debt: string) {
	return messageTo(
		address,
		'Оплата обучения',
		`Здравствуйте! На счёте (${name}) не хватает ${debt} ₽. Оплатить можно по ссылке:\nhttps://example.org/pay?client=${customer}&sum=${debt}`,
	);
}
