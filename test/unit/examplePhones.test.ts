import fc from 'fast-check';
import { Expression } from 'n8n-workflow';

import { withPackage } from '../../scripts/lib/examples';

/** By example: the field of the form that holds the phone. */
const EXAMPLES = { 'form-to-lead': 'Телефон', 'tilda-form-to-lead': 'phone' };

/** Numbers as people type them; each # is a digit. */
const RUSSIAN = [
	'+7 9## ###-##-##',
	'8 (9##) ###-##-##',
	'89#########',
	'9#########',
	'79#########',
	'8-9##-###-##-##',
	'8.9##.###.##.##',
	'+7 8 9## ### ## ##',
	'(9##) ###-##-##',
	'8 (495) ###-##-##',
	'8 701 ### ## ##',
];
const FOREIGN = [
	'+375 29 ###-##-##',
	'+992 90 ###-##-##',
	'+49 (0) 151 ########',
	'998901######',
	'97254#######',
];
const BEFORE = ['', '', 'Тел.: ', '1) ', 'мама '];
const AFTER = ['', '', ' (мама)', ' звонить с 18 до 20', ' (18:00-20:00)', ' доб. 12', ', Telegram @anna'];
const BETWEEN = [', ', '; ', ' / ', ' ', '\n', ' и ', ' | ', ' - '];

const number = fc
	.constantFrom(...RUSSIAN, ...RUSSIAN, ...FOREIGN)
	.chain((mask) => fc.array(fc.nat(9), { minLength: 10, maxLength: 10 }).map((all) => filled(mask, all)));
const typed = fc
	.array(fc.tuple(number, fc.constantFrom(...AFTER)), { minLength: 1, maxLength: 3 })
	.chain((parts) =>
		fc.tuple(fc.constantFrom(...BEFORE), fc.constantFrom(...BETWEEN)).map(([before, between]) => ({
			numbers: parts.map(([one]) => one),
			text: before + parts.map((part) => part.join('')).join(between),
		})),
	);

describe.each(Object.entries(EXAMPLES))('the phone that %s saves', (name, field) => {
	const { parameters } = withPackage(name).nodes.find((node) => node.name === 'Save Lead') ?? {};
	const phoneOf = (text: string) => {
		const expression = String(parameters?.phone).replace(/^=/, '');
		return String(Expression.resolveWithoutWorkflow(expression, { $json: { [field]: text } }));
	};

	it('is a number that was typed, whatever stands around it', () => {
		fc.assert(
			fc.property(typed, ({ numbers, text }) => {
				const digits = digitsOf(phoneOf(text));
				expect(numbers.some((one) => digits.includes(digitsOf(one)))).toBe(true);
				expect(digitsOf(text)).toContain(digits);
			}),
			{ numRuns: 3_000 },
		);
	});

	it('is one of several that are parted by anything but a blank', () => {
		fc.assert(
			fc.property(
				number,
				number,
				fc.constantFrom(', ', '; ', ' / ', '\n', ' и ', ' | '),
				(one, other, between) => {
					expect(digitsOf(phoneOf(one + between + other))).toBe(digitsOf(one));
				},
			),
			{ numRuns: 1_000 },
		);
	});
});

const digitsOf = (text: string): string => text.replace(/\D/g, '');

function filled(mask: string, digits: readonly number[]): string {
	let at = 0;
	return mask.replace(/#/g, () => String(digits[at++]));
}
