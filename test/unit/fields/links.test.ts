import fc from 'fast-check';

import {
	isBlank,
	isStored,
	splitItems,
	normalForms,
	sameItem,
	addItems,
} from '../../../nodes/AlfaCrm/fields/field';
import { depth, seed } from '../../support/depth';

const field = { type: 'links', name: 'web', label: 'Website' } as const;
const formsOf = (value: unknown) => normalForms(field, value);
const match = (one: unknown, other: unknown) => formsOf(one).some((form) => formsOf(other).includes(form));

/** Spellings of one person or page. */
const TABLE: unknown[][] = [
	[
		...['@masha_orlova', 'masha_orlova', 'Masha_Orlova', ' t.me/masha_orlova ', 'https://t.me/masha_orlova/'],
		...['http://telegram.me/MASHA_ORLOVA', 'https://www.t.me/masha_orlova?start=12', 't.me/@masha_orlova'],
		...['tg://resolve?domain=masha_orlova', 'tg://resolve?domain=masha_orlova&start=1', 'masha_orlova.t.me'],
		...[
			'telegram.dog/masha_orlova#',
			'https://t.me/s/masha_orlova',
			'https://web.telegram.org/k/#@masha_orlova',
		],
		...[
			'тг: @masha_orlova',
			'Telegram masha_orlova',
			'TG - t.me/masha_orlova',
			'(telegram: @masha_orlova)',
			'\u200b@masha_orlova\u2060',
		],
	],
	['@orlova_mia', 't.me/orlova_mia'],
	[123456789, '123456789', ' 123456789 ', 'tg://user?id=123456789', 'tg://openmessage?user_id=123456789'],
	['1234567890', 't.me/1234567890', 'тг id 1234567890'],
	['vk.com/id1', 'https://vk.com/id1/', 'http://m.vk.com/ID1', 'vk.ru/id1', 'www.vk.com/id1'],
	['vk.com/masha_orlova', 'https://vk.ru/Masha_Orlova'],
	['vk.com/im?sel=1'],
	['vk.com/im?sel=2'],
	['instagram.com/masha_orlova', 'https://www.instagram.com/Masha_Orlova/?igsh=abc'],
	[
		...['https://wa.me/79005550001', 'wa.me/79005550001?text=1', 'http://wa.me/+79005550001/'],
		'https://api.whatsapp.com/send/?text=1&phone=%2B79005550001',
	],
	['https://api.whatsapp.com/send?phone=79005550002'],
	['https://school.example/Mia', 'http://www.SCHOOL.example/Mia/', 'school.example/Mia'],
	['https://school.example/mia'],
	['https://school.example', 'SCHOOL.example/', 'www.school.example'],
	['https://school.example/telegram-mia', 'school.example/telegram-mia/'],
	['https://school.example/?id=1'],
	['https://школа.example/Мия'],
	['https://max.ru/u/AbC'],
	['https://max.ru/u/abc'],
	['https://t.me/+AbCdEf'],
	['https://t.me/+abcdef'],
];

describe('a link in all of its spellings', () => {
	const all = TABLE.flatMap((same, at) => same.map((spelling) => ({ at, spelling })));

	it.each(TABLE.map((same) => [same]))('%j', (same) => {
		for (const spelling of same) {
			expect([spelling, formsOf(spelling).length]).toEqual([spelling, 1]);
			const matched = all.filter((one) => match(one.spelling, spelling)).map(({ spelling: one }) => one);
			expect([spelling, matched]).toEqual([spelling, same]);
			expect(all.filter((one) => match(spelling, one.spelling)).map((one) => one.spelling)).toEqual(same);
		}
	});
});

it.each([
	...['нет', 'none', '-', 'Telegram', 'undefined', 't.me', 'https://vk.com/', 'instagram.com'],
	...['@', '@a', 'anna@example.org', '+7 900 555-00-01', '12', 0, true, '-1001234567890', '1.2E+9', {}],
	// An expression that found nothing.
	...['@undefined', 't.me/undefined', 'https://t.me/null/', 'tg://user?id=undefined', 'wa.me/undefined'],
	...[
		'vk.com/undefined',
		...[
			'https://vk.com/id',
			'vk.com/idundefined',
			'vk.com/im?sel=',
			't.me/@',
			't.me/+',
			't.me/id',
			'wa.me/+',
		],
		'https://school.example/null',
		'tg: undefined',
		'NaN',
		'@',
		'tg://user?id=',
		'https://',
	],
	`t.me/mia_o ${'!'.repeat(100_000)}a`,
	// Whose, nobody knows.
	...['инст @masha_orlova', '@masha_orlova инст', 'Маша Орлова', 'Masha Orlova', 'Telegram Masha Orlova'],
])('%j tells nobody from another', (value) => {
	expect(formsOf(value)).toEqual([]);
});

it.each(['https://wa.me/79005550001?text=', 'https://school.example/id', 'https://school.example/?from='])(
	'%j is one, though nothing stands behind it',
	(value) => {
		expect(formsOf(value)).toHaveLength(1);
	},
);

it('words beside a link are no part of it, and make another text', () => {
	for (const text of ['t.me/masha_orlova (мама)', 'мама: тг @masha_orlova', 'тг @masha_orlova, мама']) {
		expect(match(text, '@masha_orlova')).toBe(true);
		expect(sameItem(field, text, '@masha_orlova')).toBe(false);
		expect(sameItem(field, text, ` ${text.toUpperCase()} `)).toBe(true);
	}
	expect(sameItem(field, 'нет', 'НЕТ ')).toBe(true);
	expect(sameItem(field, '1.2E+9', '1.3E+9')).toBe(false);
});

it('what a card has is not added in another spelling, and nothing else is lost', () => {
	const card = ['https://t.me/masha_orlova', 'vk.com/id1'];
	expect(addItems(field, card, ['@Masha_Orlova', 'vk.ru/id1/', 'masha_orlova'])).toEqual(card);
	expect(addItems(field, card, ['@masha_orlova (мама)', '@mia'])).toEqual([
		...card,
		'@masha_orlova (мама)',
		'@mia',
	]);
	expect(addItems(field, ['@masha_orlova @mia_o'], ['t.me/mia_o'])).toEqual(['@masha_orlova @mia_o']);
	// A correction is one all the same.
	expect(isStored(field, card, ['@masha_orlova', 'vk.com/id1'], 'UTC')).toBe(false);
	expect(isStored(field, card, card.join(', '), 'UTC')).toBe(true);
});

it('several in one text are several', () => {
	expect(splitItems(field, '@masha_orlova vk.com/id1; 123456789')).toEqual([
		...['@masha_orlova', 'vk.com/id1', '123456789'],
	]);
	expect(splitItems(field, 'мама @masha_orlova')).toEqual(['мама @masha_orlova']);
	expect(splitItems(field, 'https://school.example/a,b')).toEqual(['https://school.example/a,b']);
	expect(isBlank(field, [' ', ''])).toBe(true);
	expect(formsOf('@masha_orlova @mia_o')).toHaveLength(2);
});

describe('names of Telegram', () => {
	const letter = fc.constantFrom(...'abcxyzABCXYZ');
	const sign = fc.constantFrom(...'abcxyzABCXYZ0189_');
	const name = fc
		.tuple(letter, fc.array(sign, { minLength: 3, maxLength: 20 }), letter)
		.map(([first, signs, last]) => first + signs.join('') + last);
	const spelt: Array<(name: string) => string> = [
		...[(one: string) => one, (one: string) => `@${one}`, (one: string) => `t.me/${one}`],
		...[(one: string) => `https://telegram.me/${one}/`, (one: string) => `tg://resolve?domain=${one}`],
		...[
			(one: string) => `HTTPS://T.ME/${one.toUpperCase()}?start=1`,
			(one: string) => ` @${one.toLowerCase()}.`,
		],
		...[(one: string) => `тг ${one}`, (one: string) => `Telegram: @${one}`],
	];
	const spelling = fc.constantFrom(...spelt);

	it('match in any two spellings if they are one, and in none if they are two', () => {
		fc.assert(
			fc.property(name, name, spelling, spelling, (one, other, spellOne, spellOther) => {
				const isOne = one.toLowerCase() === other.toLowerCase();
				expect(match(spellOne(one), spellOther(one))).toBe(true);
				expect(sameItem(field, spellOne(one), spellOther(one))).toBe(true);
				expect(match(spellOne(one), spellOther(other))).toBe(isOne);
				expect(match(spellOther(other), spellOne(one))).toBe(isOne);
				expect(match(spellOne(one), `vk.com/${one}`)).toBe(false);
				expect(match(spellOne(one), `https://instagram.com/${one}`)).toBe(false);
			}),
			{ numRuns: depth.phoneSpellings, seed },
		);
	});

	it('whatever a text holds, it is itself', () => {
		fc.assert(
			fc.property(fc.string({ maxLength: 40 }), (text) => {
				if (text.trim() === '') return;
				expect(sameItem(field, text, text)).toBe(true);
				expect(addItems(field, [text], [text])).toEqual([text]);
			}),
			{ numRuns: depth.phoneSpellings, seed },
		);
	});
});
