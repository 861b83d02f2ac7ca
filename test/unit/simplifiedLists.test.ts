import fc from 'fast-check';

import { customer } from '../../nodes/AlfaCrm/entities/customer';
import { serialize } from '../../nodes/AlfaCrm/fields/field';
import type { Field, Wire } from '../../nodes/AlfaCrm/entities/fieldTypes';
import { lesson } from '../../nodes/AlfaCrm/entities/lesson';
import { simplifiedSchema, simplifier } from '../../nodes/AlfaCrm/operations/output/simplify';

const field = (name: string): Field => customer.fields.find((one) => one.name === name)!;
const read = (name: string, value: unknown) => serialize(field(name), value, 'UTC');
const text = (name: string, list: string[]) => simplifier(customer, '')({ [name]: list as Wire })[name];

it.each([
	[['+7(900)555-00-01, доб. 5', '+7(900)555-00-02'], '+7(900)555-00-01, доб. 5, +7(900)555-00-02'],
	[['мама +7(900)555-00-01', 'папа +7(900)555-00-02'], 'мама +7(900)555-00-01, папа +7(900)555-00-02'],
	[['+7(900)555-00-01', 'папа, +7(900)555-00-02'], '["+7(900)555-00-01","папа, +7(900)555-00-02"]'],
	[['+7(900)555-00-01', 'не звонить'], '["+7(900)555-00-01","не звонить"]'],
	[['не звонить', '+7(900)555-00-01'], '["не звонить","+7(900)555-00-01"]'],
])('the phones %j come out as %j, which reads back as the same', (list, shown) => {
	expect(text('phone', list)).toBe(shown);
	expect(read('phone', shown)).toEqual(list);
	expect(read('phone', [shown])).toEqual(list);
});

const number = fc
	.tuple(
		fc.constantFrom('+7(900)', '8 900 ', '+375 29 ', '+49 170 ', '900'),
		fc.integer({ min: 1_000_000, max: 9_999_999 }),
	)
	.map(([code, rest]) => `${code}${rest}`);
const phone = fc.oneof(
	number,
	fc
		.tuple(
			fc.constantFrom('', 'мама ', 'мама, ', 'тел.: '),
			number,
			fc.constantFrom('', ', доб. 5', ' доб. 12', ' (папа)', ', мама', '; папа'),
		)
		.map((parts) => parts.join('')),
	fc.constantFrom('нет', 'не звонить', 'мама, папа', 'доб. 12'),
);
const email = fc.constantFrom(
	'a@example.org',
	'Анна <b@example.org>',
	'нет',
	'c@example.org; d@example.org',
	'-',
);

it.each<[string, fc.Arbitrary<string>]>([
	['phone', phone],
	['email', email],
])('a list of %s that Simplify shows reads back as the list itself', (name, item) => {
	fc.assert(
		fc.property(fc.array(item, { maxLength: 4 }), (list) => {
			expect(read(name, text(name, list))).toEqual(read(name, list));
		}),
		{ numRuns: 500 },
	);
});

describe('a list of numbers', () => {
	const shown = (customer_ids: Wire) => simplifier(lesson, '')({ customer_ids }).customer_ids;
	const customers = lesson.fields.find(({ name }) => name === 'customer_ids')!;

	it.each<[Wire, Wire]>([
		[[501], 501],
		[[501, 502], '501, 502'],
		[['501'], '501'],
		[[], ''],
		[501, 501],
		[null, null],
	])('%j comes out as %j, which reads back as the same', (list, out) => {
		expect(shown(list)).toEqual(out);
		if (out !== null && out !== '')
			expect(serialize(customers, out, 'UTC')).toEqual([list].flat().map(Number));
	});

	it('is a text or a number in the preview', () => {
		const { properties } = simplifiedSchema(lesson);
		expect(properties.customer_ids).toEqual({ type: ['string', 'integer'] });
		expect(simplifiedSchema(customer).properties.phone).toEqual({ type: 'string' });
	});
});

it('a lesson shows where it is and who was there, as a list', () => {
	const details = [{ customer_id: 501, is_attend: 1 }];
	const row = { id: 7, branch_id: 1, room_id: 3, details, topic: 'x' };
	expect(simplifier(lesson, '')(row)).toMatchObject({ id: 7, branch_id: 1, room_id: 3, details });
	expect(simplifiedSchema(lesson).properties.details.type).toBe('array');
});
