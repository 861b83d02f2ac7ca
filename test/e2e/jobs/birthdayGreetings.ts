import type { JsonObject, Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE } from '../../support/codes';
import { linkTo, START_NODE } from '../support/realN8n';
import type { WorkflowEdit } from '../support/workflowEdits';
import { editNode } from '../support/workflowEdits';
import { messageTo } from './schoolRows';
import type { Job } from './types';

export const birthdayGreetings: Job = {
	name: 'birthday-greetings',
	play: async (importExample, side, { sandbox }) => {
		const example = await importExample(side);
		removeBirthdays(sandbox);
		const [, month, day] = example.today.split('-');
		addClient(sandbox, 'Орлова Мия', `${day}.${month}.2015`, ['mia@example.org'], { branch_ids: [1, 2] });
		addClient(sandbox, 'Далёкий Ким', `${day}.${month}.2012`, ['kim@example.org'], { branch_ids: [2] });
		addCustomersWithoutGreeting(sandbox, day, month);

		// The trigger polls when the workflow is published, and reports the birthdays of today at once.
		const execution = await example.pollAgain();
		await example.unpublish();

		const messages = example.readMessagesOf(execution);
		expect(messages).toHaveLength(2);
		expect(messages).toContainEqual(
			messageTo(
				'mia@example.org',
				'С днём рождения!',
				'Здравствуйте! Сегодня день рождения: Орлова Мия. Поздравляем и желаем интересной учёбы!',
			),
		);
		expect(messages).toContainEqual(
			messageTo(
				'kim@example.org',
				'С днём рождения!',
				'Здравствуйте! Сегодня день рождения: Далёкий Ким. Поздравляем и желаем интересной учёбы!',
			),
		);
	},
	otherPromises: {
		'the message says that a birthday has passed when n8n was off on that day': async (importExample) => {
			const example = await importExample('package', withBirthdayDaysAgo(1));

			const messages = example.readMessagesOf(await example.runManually());

			expect(messages).toMatchObject([
				{ text: expect.stringContaining('С прошедшим днём рождения: Орлова Мия.') as string },
			]);
		},
		'a client gets a message seven days after the birthday': async (importExample) => {
			const example = await importExample('package', withBirthdayDaysAgo(7));

			const messages = example.readMessagesOf(await example.runManually());

			expect(messages).toHaveLength(1);
		},
		'a client gets no message eight days after the birthday': async (importExample) => {
			const example = await importExample('package', withBirthdayDaysAgo(8));

			const messages = example.readMessagesOf(await example.runManually());

			expect(messages).toEqual([]);
		},
	},
};

function removeBirthdays({ store }: Sandbox): void {
	for (const { id } of store.rows('customer')) {
		store.patch('customer', id, { dob: null });
	}
}

/** Adds a client of branch 1 with a date of birth such as "07.03.2015". */
function addClient(
	{ store }: Sandbox,
	name: string,
	dob: string | null,
	email: string[],
	changes: JsonObject = {},
): void {
	store.insert('customer', {
		name,
		dob,
		email,
		is_study: CUSTOMER_TYPE.client,
		branch_ids: [1],
		...changes,
	});
}

/** Adds customers who have no email, no birthday today, or do not study now. */
function addCustomersWithoutGreeting(sandbox: Sandbox, day: string, month: string): void {
	const anotherMonth = month === '01' ? '02' : '01';
	addClient(sandbox, 'Тихий Том', `${day}.${month}.2014`, []);
	addClient(sandbox, 'Другой День', `${day}.${anotherMonth}.2014`, ['other@example.org']);
	addClient(sandbox, 'Без Даты', null, ['none@example.org']);
	addClient(sandbox, 'Бывший Лев', `${day}.${month}.2013`, ['gone@example.org'], { e_date: '2026-01-01' });
	addClient(sandbox, 'Лид Рита', `${day}.${month}.2013`, ['lead@example.org'], {
		is_study: CUSTOMER_TYPE.lead,
	});
}

/** Makes the edit that puts a Set node with a birthday some days ago in the place of the trigger. */
function withBirthdayDaysAgo(days: number): WorkflowEdit {
	const birthday = { name: 'Орлова Мия', email: 'mia@example.org', days_left: -days };

	return (workflow) => {
		const { nodes, connections } = editNode(workflow, 'Birthday', (node) => ({
			...node,
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			credentials: undefined,
			parameters: { mode: 'raw', jsonOutput: JSON.stringify(birthday) },
		}));
		return {
			...workflow,
			nodes: [START_NODE, ...nodes],
			connections: { ...connections, [START_NODE.name]: linkTo('Birthday') },
		};
	};
}
