import type { Row, Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE } from '../../support/codes';
import type { Example } from '../support/example';
import { CENTRAL_BRANCH, NORTHERN_BRANCH } from './demoSchool';
import { readCommentsOf, watchNewCustomers } from './schoolRows';
import type { Job } from './types';

const PATH = '/webhook/tilda-lead';

type FormFields = Record<string, string>;

const FORM_OF_MIA = {
	Name: 'Орлова Мия',
	Phone: '+7 (900) 000-77-22',
	Email: 'mia@example.org',
	Course: 'Шахматы',
	Textarea: '',
	COOKIES: 'TILDAUTM=utm_source=test',
	formid: 'form100',
	formname: 'Пробное',
	tranid: '1:1',
};
const COMMENT_OF_MIA = 'Заявка с сайта\nCourse: Шахматы\nformid: form100\nformname: Пробное\ntranid: 1:1';

export const tildaFormToLead: Job = {
	name: 'tilda-form-to-lead',
	play: async (importExample, side, { sandbox }) => {
		const example = await importExample(side);
		const address = await example.publishWebhook(PATH);
		const school = new TildaSchool(example, sandbox, address);

		await expectTestOfTildaPassedOver(school);
		const mia = await expectOneLeadOfRepeatedForm(school);
		await expectSecondRequestOnCardOf(mia, school);
		await expectClientToStayUnchanged(school);

		await example.unpublish();
	},
	otherPromises: {
		'can be tried without Tilda, again and again': async (importExample, { sandbox }) => {
			const example = await importExample('package');
			const readNewCustomers = watchNewCustomers(sandbox);

			await example.runManually();
			await example.runManually();

			expect(readNewCustomers()).toMatchObject([
				{ name: 'Пример Заявка', is_study: CUSTOMER_TYPE.lead, email: ['primer@example.org'] },
			]);
			expect(readCommentsOf(sandbox, readNewCustomers()[0].id)).toHaveLength(1);
		},
		'fails for a form without a phone, and saves nothing': async (importExample, { sandbox }) => {
			const example = await importExample('package');
			const address = await example.publishWebhook(PATH);
			sandbox.clearJournal();

			const run = example.waitForRunStartedBy(async () => {
				await fetch(address, formRequest({ Name: 'Без Телефона', formid: 'f', tranid: '1:4' }));
			});

			await expect(run).rejects.toThrow("'Phone'");
			expect(sandbox.journal.filter(({ action }) => action !== 'index')).toEqual([]);
			await example.unpublish();
		},
	},
};

/** The school whose website sends its forms to the workflow. */
class TildaSchool {
	readonly readNewCustomers: () => readonly Row[];

	constructor(
		private readonly example: Example,
		readonly sandbox: Sandbox,
		private readonly address: string,
	) {
		this.readNewCustomers = watchNewCustomers(sandbox);
	}

	async sendForm(fields: FormFields): Promise<void> {
		await this.send(formRequest(fields));
	}

	async sendJson(fields: FormFields): Promise<void> {
		await this.send(jsonRequest(fields));
	}

	readComments(customer: number) {
		return readCommentsOf(this.sandbox, customer);
	}

	/** Sends a request and waits until the workflow has dealt with it. */
	private async send(request: RequestInit): Promise<void> {
		await this.example.waitForRunStartedBy(async () => {
			const { status } = await fetch(this.address, request);
			expect(status).toBe(200);
		});
	}
}

/** Tilda sends this when the address is saved. */
async function expectTestOfTildaPassedOver(school: TildaSchool): Promise<void> {
	school.sandbox.clearJournal();

	await school.sendForm({ test: 'test' });

	expect(school.sandbox.journal).toEqual([]);
}

/**
 * Tilda sends the form twice, in each of its two formats.
 * @returns the ID of the lead
 */
async function expectOneLeadOfRepeatedForm(school: TildaSchool): Promise<number> {
	await school.sendForm(FORM_OF_MIA);
	await school.sendJson(FORM_OF_MIA);

	const newCustomers = school.readNewCustomers();
	expect(newCustomers).toMatchObject([
		{
			name: 'Орлова Мия',
			is_study: CUSTOMER_TYPE.lead,
			branch_ids: [CENTRAL_BRANCH],
			email: ['mia@example.org'],
		},
	]);
	const [mia] = newCustomers;
	expect(String(mia.phone).replace(/\D/g, '')).toBe('79000007722');
	expect(school.readComments(mia.id)).toEqual([COMMENT_OF_MIA]);
	return mia.id;
}

/** The second request has neither a name nor an email, and another spelling of the phone, which stands for the name. */
async function expectSecondRequestOnCardOf(mia: number, school: TildaSchool): Promise<void> {
	await school.sendJson({ Phone: '8 900 000 77 22', formid: 'form200', tranid: '1:2' });

	expect(school.readNewCustomers()).toMatchObject([
		{ id: mia, name: 'Орлова Мия', email: ['mia@example.org'] },
	]);
	const comments = school.readComments(mia);
	expect(comments).toHaveLength(2);
	expect(comments).toContain(COMMENT_OF_MIA);
	expect(comments).toContain('Заявка с сайта\nНе проверено: 8 900 000 77 22\nformid: form200\ntranid: 1:2');
}

/**
 * A stranger writes the number of a client of another branch beside a number and an address of the stranger. Those must not get
 * into the card: they stand in the comment.
 */
async function expectClientToStayUnchanged(school: TildaSchool): Promise<void> {
	const client = {
		name: 'Клиентов Ян',
		is_study: CUSTOMER_TYPE.client,
		phone: ['+7(900)000-77-33'],
		email: [],
		branch_ids: [NORTHERN_BRANCH],
	};
	const yan = school.sandbox.store.insert('customer', client);

	await school.sendForm({
		Name: 'Папа',
		Phone: '8 900 000 77 33, +7 900 000-77-99',
		Email: 'papa@example.org',
		formid: 'f',
		tranid: '1:3',
	});

	expect(school.sandbox.store.find('customer', yan.id)).toMatchObject(client);
	expect(school.readNewCustomers()).toHaveLength(2);
	expect(school.readComments(yan.id)).toEqual([
		'Заявка с сайта\nНе проверено: Папа, papa@example.org, 8 900 000 77 33, +7 900 000-77-99\nformid: f\ntranid: 1:3',
	]);
}

/** Makes the request of Tilda that is encoded as a form. */
function formRequest(fields: FormFields): RequestInit {
	return { method: 'POST', body: new URLSearchParams(fields) };
}

/** Makes the request of Tilda that is encoded as JSON. */
function jsonRequest(fields: FormFields): RequestInit {
	return {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(fields),
	};
}
