import type { Row, Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE } from '../../support/codes';
import type { Example } from '../support/example';
import { CENTRAL_BRANCH, NORTHERN_BRANCH } from './demoSchool';
import type { Job } from './types';

export const newLeadToMessenger: Job = {
	name: 'new-lead-to-messenger',
	play: async (importExample, side, { sandbox }) => {
		const example = await importExample(side);
		await example.takeBaseline();

		// The manager is told about a new lead.
		const rosa = addLead(example, { name: 'Первая Роза', branch: CENTRAL_BRANCH });
		expect(example.readMessagesOf(await example.pollAgain())).toEqual([
			makeMessage(example, {
				name: 'Первая Роза',
				email: 'не указана',
				card: `/company/1/lead/view?id=${rosa.id}`,
			}),
		]);

		// A lead of another branch counts as well. A new client does not.
		const carp = addLead(example, { name: 'Второй Карп', branch: NORTHERN_BRANCH });
		addClient(sandbox);
		expect(example.readMessagesOf(await example.pollAgain())).toEqual([
			makeMessage(example, {
				name: 'Второй Карп',
				email: 'не указана',
				card: `/company/2/lead/view?id=${carp.id}`,
			}),
		]);

		// A name and an address that look like markup are sent as they are.
		const lead = addLead(example, {
			name: 'Роза & Ко <тест>',
			branch: CENTRAL_BRANCH,
			email: ['rosa_carp@example.org'],
		});
		expect(example.readMessagesOf(await example.pollAgain())).toEqual([
			makeMessage(example, {
				name: 'Роза & Ко <тест>',
				email: 'rosa_carp@example.org',
				card: `/company/1/lead/view?id=${lead.id}`,
			}),
		]);
	},
	otherPromises: {
		'tells about 15 of 20 imported leads at once, as Telegram takes no more, and about 5 in the next poll':
			async (importExample) => {
				const example = await importExample('package');
				await example.takeBaseline();
				const importedNames: string[] = [];
				for (let number = 101; number <= 120; number++) {
					const { name } = addLead(example, { name: `Лид ${number}`, branch: CENTRAL_BRANCH });
					importedNames.push(String(name));
				}

				const firstNames = await pollAndReadLeadNames(example);
				const otherNames = await pollAndReadLeadNames(example);

				expect(firstNames).toHaveLength(15);
				expect([...firstNames, ...otherNames]).toEqual(importedNames);
			},
	},
};

interface Lead {
	name: string;
	branch: number;
	email?: string[];
}

/** Adds a lead who was created at 10:00 of the day on which the example runs. */
function addLead({ sandbox, today }: Example, { name, branch, email = [] }: Lead): Row {
	return sandbox.store.insert('customer', {
		name,
		email,
		is_study: CUSTOMER_TYPE.lead,
		phone: ['+7(900)000-99-01'],
		branch_ids: [branch],
		created_at: `${today} 10:00:00`,
	});
}

function addClient({ store }: Sandbox): void {
	store.insert('customer', {
		name: 'Клиент Пётр',
		is_study: CUSTOMER_TYPE.client,
		branch_ids: [CENTRAL_BRANCH],
	});
}

/** Makes the message that should come for a lead whom `addLead` has added. */
function makeMessage({ sandbox, today }: Example, lead: { name: string; email: string; card: string }) {
	const lines = [
		`Новый лид: ${lead.name}`,
		'Телефон: +7(900)000-99-01',
		`Почта: ${lead.email}`,
		`Добавлен: ${today} 10:00:00`,
		`Карточка: ${sandbox.url}${lead.card}`,
	];
	return { to: '123456789', text: lines.join('\n') };
}

/** Polls once more, and reads the names of the leads from the messages. */
async function pollAndReadLeadNames(example: Example): Promise<Array<string | undefined>> {
	const messages = example.readMessagesOf(await example.pollAgain());
	return messages.map(({ text }) => /^Новый лид: (.*)/.exec(String(text))?.[1]);
}
