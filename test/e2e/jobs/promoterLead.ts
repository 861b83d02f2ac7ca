import type { Row, Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE } from '../../support/codes';
import type { Example } from '../support/example';
import { CENTRAL_BRANCH, EVENT_SOURCE, NORTHERN_BRANCH } from './demoSchool';
import { publishForm, submitForm } from './n8nForm';
import { readCommentsOf, watchNewCustomers } from './schoolRows';
import type { Job } from './types';

/** The fields of the form, in their order. */
const FIELDS = ['Имя', 'Телефон', 'Возраст', 'Комментарий', 'Промоутер', 'Задача менеджеру'] as const;
type FormValues = Partial<Record<(typeof FIELDS)[number], string>>;

const MIA = {
	Имя: 'Орлова Мия',
	Телефон: '+7 900 000-77-22',
	Возраст: '9',
	Комментарий: 'Любит шахматы',
	Промоутер: 'Лев',
};
const COMMENT_OF_MIA = [
	'Заявка от промоутера',
	'Имя: Орлова Мия',
	'Телефон: +7 900 000-77-22',
	'Возраст: 9',
	'Комментарий: Любит шахматы',
	'Промоутер: Лев',
].join('\n');

export const promoterLead: Job = {
	name: 'promoter-lead',
	play: async (importExample, side, { sandbox }) => {
		const example = await importExample(side);
		const address = await publishForm(example, 'Promoter Form');
		const school = new PromoterSchool(example, sandbox, address);

		await expectPageToConfirm(address);
		const mia = await expectLeadOfFirstForm(school);
		await expectOneTaskForRepeatedForms(mia, school);
		await expectClientToStayUnchanged(school);
		await expectErrorForInvalidPhone(school);

		await example.unpublish();
	},
};

/** The school whose promoters fill in the form. */
class PromoterSchool {
	readonly readNewCustomers: () => readonly Row[];
	private readonly taskCountBefore: number;

	constructor(
		readonly example: Example,
		readonly sandbox: Sandbox,
		private readonly address: string,
	) {
		this.readNewCustomers = watchNewCustomers(sandbox);
		this.taskCountBefore = sandbox.store.rows('task').length;
	}

	async submit(values: FormValues): Promise<Response> {
		return await submitForm(
			this.address,
			FIELDS.map((field) => values[field] ?? ''),
		);
	}

	/** Submits the form, waits until the lead is saved, and expects the answer that lets the page show its confirmation. */
	async send(values: FormValues): Promise<void> {
		await this.example.waitForRunStartedBy(async () => {
			const response = await this.submit(values);
			expect(response.status).toBe(200);
			expect(await response.text()).toBe('');
		});
	}

	readNewTasks(): readonly Row[] {
		return this.sandbox.store.rows('task').slice(this.taskCountBefore);
	}

	readComments(customer: number) {
		return readCommentsOf(this.sandbox, customer);
	}
}

/** The page has the words of its confirmation from the beginning. It shows them when n8n has answered. */
async function expectPageToConfirm(address: string): Promise<void> {
	const page = await fetch(address);

	expect(await page.text()).toContain('Заявка принята.');
}

/** @returns the ID of the lead */
async function expectLeadOfFirstForm(school: PromoterSchool): Promise<number> {
	await school.send(MIA);

	const newCustomers = school.readNewCustomers();
	expect(newCustomers).toMatchObject([
		{
			name: 'Орлова Мия',
			is_study: CUSTOMER_TYPE.lead,
			lead_source_id: EVENT_SOURCE,
			lead_status_id: null,
			branch_ids: [CENTRAL_BRANCH],
		},
	]);
	const mia = newCustomers[0].id;
	expect(school.readComments(mia)).toEqual([COMMENT_OF_MIA]);
	expect(school.readNewTasks()).toEqual([]);
	return mia;
}

/** The form of Mia comes once more, and then twice with a task for the manager. */
async function expectOneTaskForRepeatedForms(mia: number, school: PromoterSchool): Promise<void> {
	const formWithTask = {
		...MIA,
		Телефон: '8 (900) 000 77 22',
		Промоутер: 'Ада',
		'Задача менеджеру': 'Позвонить',
	};

	await school.send(MIA);
	await school.send(formWithTask);
	await school.send(formWithTask);

	expect(school.readNewCustomers()).toHaveLength(1);
	const comments = school.readComments(mia);
	expect(comments).toHaveLength(2);
	expect(comments).toContain(COMMENT_OF_MIA);
	expect(comments).toContain(
		[
			'Заявка от промоутера',
			'Имя: Орлова Мия',
			'Телефон: 8 (900) 000 77 22',
			'Возраст: 9',
			'Комментарий: Любит шахматы',
			'Промоутер: Ада',
			'Задача менеджеру: Позвонить',
		].join('\n'),
	);
	expect(school.readNewTasks()).toMatchObject([
		{ title: 'Позвонить', text: 'Промоутер: Ада', customer_ids: [mia] },
	]);
}

async function expectClientToStayUnchanged(school: PromoterSchool): Promise<void> {
	const client = {
		name: 'Клиентов Ян',
		is_study: CUSTOMER_TYPE.client,
		phone: ['+7(900)000-77-33'],
		branch_ids: [NORTHERN_BRANCH],
		lead_source_id: null,
	};
	const yan = school.sandbox.store.insert('customer', client);

	await school.send({ Имя: 'Папа', Телефон: '9000007733', Промоутер: 'Лев' });

	expect(school.readNewCustomers()).toHaveLength(2);
	expect(school.sandbox.store.find('customer', yan.id)).toMatchObject(client);
	expect(school.readComments(yan.id)).toEqual([
		['Заявка от промоутера', 'Не проверено: Папа', 'Имя: Папа', 'Телефон: 9000007733', 'Промоутер: Лев'].join(
			'\n',
		),
	]);
}

/** The promoter must not believe that the form was accepted. */
async function expectErrorForInvalidPhone(school: PromoterSchool): Promise<void> {
	const run = school.example.waitForRunStartedBy(async () => {
		const response = await school.submit({ Имя: 'Папа', Телефон: 'нет', Промоутер: 'Лев' });
		expect(response.status).toBe(500);
	});

	await expect(run).rejects.toThrow("'Phone' holds no usable phone number");
	expect(school.readNewCustomers()).toHaveLength(2);
}
