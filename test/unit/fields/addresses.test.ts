import { addressesIn, normalForms, serialize, searchForms } from '../../../nodes/AlfaCrm/fields/field';
import type { ShownType } from '../../../nodes/AlfaCrm/entities/fieldTypes';

const EMAILS = { type: 'emails', name: 'email', label: 'Email' } as const;

describe('addresses of email', () => {
	it.each<[unknown, string[]]>([
		['Anna@Example.org', ['anna@example.org']],
		['Anna <anna@example.org>, (boris@example.org)', ['anna@example.org', 'boris@example.org']],
		['anna@example.org; Anna@example.org', ['anna@example.org']],
		['Write to anna@example.org...', ['anna@example.org']],
		['mailto:anna.b@mail.example.org', ['anna.b@mail.example.org']],
		['1@пример.рф', ['1@пример.рф']],
		['anna@example@org', []],
		['@example.org', []],
		['-@example.org', []],
		['no@', []],
		['no@1.2', []],
		['нет', []],
		[12, []],
	])('%j is looked up as %j', (value, addresses) => {
		expect(normalForms(EMAILS, value)).toEqual(addresses);
		const forms = searchForms(EMAILS, 'email', value as string).map(({ email }) => String(email));
		expect(addresses.filter((address) => !forms.some((form) => address.includes(form)))).toEqual([]);
		expect(forms.length > 0).toBe(addresses.length > 0);
	});

	it.each<[string, string[]]>([
		['anna@example.org boris@example.org', ['anna@example.org', 'boris@example.org']],
		['anna@example.org / boris@example.org', ['anna@example.org', 'boris@example.org']],
		['anna@example.org|boris@example.org', ['anna@example.org', 'boris@example.org']],
		['anna@example.org, boris@example.org', ['anna@example.org', 'boris@example.org']],
		['Anna anna@example.org', ['Anna anna@example.org']],
		['anna@example.org (мама)', ['anna@example.org (мама)']],
		['/ anna@example.org', ['/ anna@example.org']],
		['a/b@example.org', ['a/b@example.org']],
	])('%j is saved as %j', (value, addresses) => {
		expect(serialize(EMAILS, value, 'UTC')).toEqual(addresses);
	});
});

describe('addresses of pages', () => {
	const page = (id: number) => `https://demo.s20.online/company/1/customer/view?id=${id}`;
	const customer = { type: 'id', name: 'customer_id', label: 'Customer', entity: 'customer' } as const;
	const found = (label: string, ...ids: number[]) => ids.map((id) => ({ label, address: page(id) }));

	it.each<[ShownType, unknown, ReturnType<typeof found>]>([
		[customer, ` ${page(1)}\n`, found('Customer', 1)],
		[customer, { __rl: true, mode: 'url', value: page(1) }, found('Customer', 1)],
		[customer, 'HTTP://demo', [{ label: 'Customer', address: 'HTTP://demo' }]],
		[customer, 1, []],
		[customer, `см. ${page(1)}`, []],
		[customer, '', []],
		[{ ...customer, type: 'ids' }, [page(1), 2, page(3)], found('Customer', 1, 3)],
		[{ type: 'text' }, page(1), []],
		[
			{ type: 'rows', fields: [customer, { type: 'text', name: 'note', label: 'Note' }] },
			[{ customer_id: page(1), note: page(2) }, { customer_id: 3 }, { customer_id: page(4) }],
			found('Customer', 1, 4),
		],
		[{ type: 'rows', fields: [customer] }, 'no rows', []],
	])('%j: in %j are %j', (type, value, addresses) => {
		expect(addressesIn({ label: 'Customer', ...type }, value)).toEqual(addresses);
	});
});
