import type { Row, Sandbox } from '../../../sandbox';
import type { N8nClient } from '../../../scripts/lib/n8n/client';
import type { Workflow } from '../../../scripts/lib/n8n/types';
import { CUSTOMER_TYPE } from '../../support/codes';
import type { AmoContact, AmoDeal } from '../support/amoCrm';
import { AMO_STAGE, AMO_TOKEN, startAmoCrm } from '../support/amoCrm';
import { CREDENTIAL_NAMES, saveCredentialAs } from '../support/credentials';
import type { Example } from '../support/example';
import type { WorkflowEdit } from '../support/workflowEdits';
import { addClientWithPhone, readCommentsOf, watchNewCustomers } from './schoolRows';
import type { Job } from './types';

/** The new stage of a deal, as amoCRM reports it. */
interface Move {
	id: number;
	status_id: number;
}

const ANOTHER_STAGE = 77;

export const amocrmDealToClient: Job = {
	name: 'amocrm-deal-to-client',
	play: async (importExample, side, { client, sandbox }) => {
		await withAmoCrm(client, makeDeals(), async (amoUrl) => {
			const example = await importExample(side, withAmoUrl(amoUrl));
			const yan = addLeadOfBranch2(sandbox);
			const eva = addArchivedClientOfBranch2(sandbox);
			const newCustomers = watchNewCustomers(sandbox);
			const webhook = await DealWebhook.publish(example);

			// amoCRM reports every move twice, and also moves to other stages.
			await reportMovesOfFourDeals(webhook);
			await reportMovesOfFourDeals(webhook);
			expectThreeClients(sandbox, newCustomers, yan, eva);

			// Deal 18 is saved although deals 15 and 16, which cannot be saved, stand before it.
			await expect(webhook.reportWon(15, 16, 18)).rejects.toThrow(
				/^error in "Not Saved": Не перенесено: сделка 15 без контакта; +Сделка amoCRM 16: Без связи без телефона; /,
			);
			expect(newCustomers()).toMatchObject([{ name: 'Орлова Мия' }, { name: 'Последний' }]);
			expect(readCommentsOf(sandbox, newCustomers()[1].id)).toEqual(['Сделка amoCRM 18: Лепка']);

			// The phone of deal 19 is a placeholder, which identifies nobody. Deal 11 is saved already.
			await expect(webhook.reportWon(19, 11)).rejects.toThrow(
				/^error in "Not Saved": Не перенесено: +Сделка amoCRM 19: Заглушка: .*'Phone'/,
			);
			expect(newCustomers()).toHaveLength(2);

			// Deals that cannot be saved are reported when they come alone, too.
			await expect(webhook.reportWon(15)).rejects.toThrow('сделка 15 ');
			await expect(webhook.reportWon(17)).rejects.toThrow('amoCRM 17');
			expect(newCustomers()).toHaveLength(2);
			await example.unpublish();
		});
	},
	otherPromises: {
		'the example asks amoCRM no faster than amoCRM answers when twelve deals are won at once': async (
			importExample,
			{ client, sandbox },
		) => {
			await withAmoCrm(client, makeTwelveDeals(), async (amoUrl) => {
				const example = await importExample('package', withAmoUrl(amoUrl));
				const newCustomers = watchNewCustomers(sandbox);
				const webhook = await DealWebhook.publish(example);

				await webhook.reportWon(101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112);

				expect(newCustomers()).toMatchObject([
					{ name: 'Клиент 1' },
					{ name: 'Клиент 2' },
					{ name: 'Клиент 3' },
					{ name: 'Клиент 4' },
					{ name: 'Клиент 5' },
					{ name: 'Клиент 6' },
					{ name: 'Клиент 7' },
					{ name: 'Клиент 8' },
					{ name: 'Клиент 9' },
					{ name: 'Клиент 10' },
					{ name: 'Клиент 11' },
					{ name: 'Клиент 12' },
				]);
				await example.unpublish();
			});
		},
		'the example can be tried without amoCRM and repeated, and saves one client': async (
			importExample,
			{ sandbox },
		) => {
			const example = await importExample('package');
			const newCustomers = watchNewCustomers(sandbox);

			await example.runManually();
			await example.runManually();

			expect(newCustomers()).toMatchObject([
				{ name: 'Пример Сделка', is_study: CUSTOMER_TYPE.client, email: ['primer2@example.org'] },
			]);
			expect(readCommentsOf(sandbox, newCustomers()[0].id)).toHaveLength(1);
		},
	},
};

/** Starts an amoCRM with deals, saves the token for it in n8n, and stops it when the test has been played. */
async function withAmoCrm(
	client: N8nClient,
	deals: readonly AmoDeal[],
	play: (amoUrl: string) => Promise<void>,
): Promise<void> {
	const amoCrm = await startAmoCrm(deals);
	try {
		await saveCredentialAs(client, CREDENTIAL_NAMES.bearer, 'httpBearerAuth', { token: AMO_TOKEN });
		await play(amoCrm.url);
	} finally {
		await amoCrm.close();
	}
}

/** Makes the edit that replaces the amoCRM of the example by that of the test. */
function withAmoUrl(amoUrl: string): WorkflowEdit {
	return (workflow) => {
		const text = JSON.stringify(workflow).replaceAll('https://example.amocrm.ru', amoUrl);
		return JSON.parse(text) as Workflow;
	};
}

/** The webhook of the published example, which amoCRM calls when deals move to another stage. */
class DealWebhook {
	private constructor(
		private readonly example: Example,
		private readonly address: string,
	) {}

	static async publish(example: Example): Promise<DealWebhook> {
		return new DealWebhook(example, await example.publishWebhook('/webhook/amocrm-deal'));
	}

	/** Reports in one call that several deals have been won, and waits until the workflow has ended. */
	async reportWon(...dealIds: number[]): Promise<void> {
		await this.reportMoves(...dealIds.map((id) => ({ id, status_id: AMO_STAGE.won })));
	}

	/** Reports several moves in one call, and waits until the workflow has ended. */
	async reportMoves(...moves: Move[]): Promise<void> {
		await this.example.waitForRunStartedBy(async () => {
			const { status } = await fetch(this.address, { method: 'POST', body: toAmoForm(moves) });
			expect(status).toBe(200);
		});
	}
}

/** Writes moves as amoCRM does: as the fields of a form, with brackets in their names. */
function toAmoForm(moves: readonly Move[]): URLSearchParams {
	const form = new URLSearchParams({ 'account[subdomain]': 'example' });
	for (const [index, { id, status_id }] of moves.entries()) {
		form.append(`leads[status][${index}][id]`, String(id));
		form.append(`leads[status][${index}][status_id]`, String(status_id));
		form.append(`leads[status][${index}][pipeline_id]`, '1');
		form.append(`leads[status][${index}][old_status_id]`, '5');
	}
	return form;
}

/** Reports that deals 11, 12 and 13 are won, and that deal 14 is lost, moved, and won. In amoCRM deal 14 is lost. */
async function reportMovesOfFourDeals(webhook: DealWebhook): Promise<void> {
	await webhook.reportMoves(
		{ id: 11, status_id: AMO_STAGE.won },
		{ id: 14, status_id: AMO_STAGE.lost },
		{ id: 12, status_id: AMO_STAGE.won },
	);
	await webhook.reportWon(13);
	await webhook.reportMoves({ id: 14, status_id: ANOTHER_STAGE });
	await webhook.reportWon(14);
}

/** Expects that Mia is a new client, and that the lead Yan and the archived client Eva have become active clients. */
function expectThreeClients(
	sandbox: Sandbox,
	newCustomers: () => readonly Row[],
	yan: number,
	eva: number,
): void {
	expect(newCustomers()).toMatchObject([
		{ name: 'Орлова Мия', is_study: CUSTOMER_TYPE.client, branch_ids: [1], email: ['mia@x.org'] },
	]);
	const [mia] = newCustomers();
	expect(String(mia.phone).replace(/\D/g, '')).toBe('79000007722');
	expect(readCommentsOf(sandbox, mia.id)).toEqual(['Сделка amoCRM 11: Курс шахмат']);

	expect(sandbox.store.find('customer', yan)).toMatchObject({
		name: 'Лидов Ян',
		is_study: CUSTOMER_TYPE.client,
		branch_ids: [2],
		email: ['mama@x.org'],
	});
	expect(readCommentsOf(sandbox, yan)).toEqual(['Сделка amoCRM 12: Робототехника']);

	expect(sandbox.store.find('customer', eva)).toMatchObject({
		name: 'Ушедшая Ева',
		is_study: CUSTOMER_TYPE.client,
		e_date: '2030-12-31',
	});
	expect(readCommentsOf(sandbox, eva)).toEqual(['Сделка amoCRM 13: Снова']);
}

/** Adds the lead whose mother is the contact of deal 12. */
function addLeadOfBranch2(sandbox: Sandbox): number {
	return addClientWithPhone(sandbox, '+7(900)000-77-33', {
		name: 'Лидов Ян',
		is_study: CUSTOMER_TYPE.lead,
		branch_ids: [2],
	});
}

/** Adds the archived client who is the contact of deal 13. */
function addArchivedClientOfBranch2(sandbox: Sandbox): number {
	return addClientWithPhone(sandbox, '+7(900)000-77-44', {
		name: 'Ушедшая Ева',
		branch_ids: [2],
		e_date: '2026-01-15',
	});
}

function makeDeals(): AmoDeal[] {
	const accountant = { ...makeContact(99, 'Бухгалтер', ['+79000007799']), is_main: false };
	const mia = makeContact(1, 'Орлова Мия', ['89000007722'], 'mia@x.org');
	const motherOfYan = makeContact(2, 'Мама Яна', ['+7 900 000 77 33'], 'mama@x.org');
	const eva = makeContact(3, 'Ева', ['+79000007700', '+79000007744']);
	const contactWithoutPhone = { id: 5, name: 'Немой', is_main: true };
	const contactWithHalfPhone = makeContact(6, 'Пустой', ['+7 (']);
	const contactWithFakePhone = makeContact(8, 'Девятый', ['+7 (999) 999-99-99']);
	return [
		{ id: 11, name: 'Курс шахмат', contacts: [accountant, mia] },
		{ id: 12, name: 'Робототехника', contacts: [motherOfYan] },
		{ id: 13, name: 'Снова', contacts: [eva] },
		{
			id: 14,
			name: 'Проиграна',
			status_id: AMO_STAGE.lost,
			contacts: [makeContact(4, 'Чужой', ['+79000007755'])],
		},
		{ id: 15, name: 'Ничья', contacts: [] },
		{ id: 16, name: 'Без связи', contacts: [contactWithoutPhone] },
		{ id: 17, name: 'Маска', contacts: [contactWithHalfPhone] },
		{ id: 18, name: 'Лепка', contacts: [makeContact(7, 'Последний', ['+79000007766'])] },
		{ id: 19, name: 'Заглушка', contacts: [contactWithFakePhone] },
	];
}

/** Makes the deals 101 to 112, each with its own contact. */
function makeTwelveDeals(): AmoDeal[] {
	const deals: AmoDeal[] = [];
	for (let number = 1; number <= 12; number++) {
		const contact = makeContact(200 + number, `Клиент ${number}`, [`+79000008${100 + number}`]);
		deals.push({ id: 100 + number, name: `Курс ${number}`, contacts: [contact] });
	}
	return deals;
}

/** Makes the main contact of a deal. */
function makeContact(id: number, name: string, phone: string[], email?: string): AmoContact {
	return { id, name, phone, email, is_main: true };
}
