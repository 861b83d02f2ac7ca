import fc from 'fast-check';

import {
	addItems,
	isBlank,
	isStored,
	normalForms,
	areSameItems,
	splitItems,
} from '../../../nodes/AlfaCrm/fields/field';
import { depth, seed } from '../../support/depth';

/** The field for links to a person's pages, such as those on Telegram and VK. */
const LINKS = { type: 'links', name: 'web', label: 'Website' } as const;

/** Tells whether two links have a normal form in common, so that a search for one of them finds the other one. */
function haveCommonForm(link: string, otherLink: string): boolean {
	const otherForms = normalForms(LINKS, otherLink);
	return normalForms(LINKS, link).some((form) => otherForms.includes(form));
}

describe('The normal form of a link', () => {
	it.each([
		{ text: '@masha_orlova' },
		{ text: 'masha_orlova' },
		{ text: 'Masha_Orlova' },
		{ text: ' t.me/masha_orlova ' },
		{ text: 'https://t.me/masha_orlova/' },
		{ text: 'http://telegram.me/MASHA_ORLOVA' },
		{ text: 'https://www.t.me/masha_orlova?start=12' },
		{ text: 't.me/@masha_orlova' },
		{ text: 'tg://resolve?domain=masha_orlova' },
		{ text: 'tg://resolve?domain=masha_orlova&start=1' },
		{ text: 'masha_orlova.t.me' },
		{ text: 'telegram.dog/masha_orlova#' },
		{ text: 'https://t.me/s/masha_orlova' },
		{ text: 'https://web.telegram.org/k/#@masha_orlova' },
		{ text: 'тг: @masha_orlova' },
		{ text: 'Telegram masha_orlova' },
		{ text: 'TG - t.me/masha_orlova' },
		{ text: '(telegram: @masha_orlova)' },
		{ text: '\u200b@masha_orlova\u2060' },
	])('the normal form of a link is the same for every spelling of a Telegram name: $text', ({ text }) => {
		expect(normalForms(LINKS, text)).toEqual(['telegram:masha_orlova']);
	});

	it.each([
		{ text: 123456789 },
		{ text: '123456789' },
		{ text: ' 123456789 ' },
		{ text: 'tg://user?id=123456789' },
		{ text: 'tg://openmessage?user_id=123456789' },
	])('the normal form of a link is the same for every spelling of a Telegram number: $text', ({ text }) => {
		expect(normalForms(LINKS, text)).toEqual(['123456789']);
	});

	it.each([{ text: '1234567890' }, { text: 't.me/1234567890' }, { text: 'тг id 1234567890' }])(
		'the normal form of a link keeps all ten digits of a Telegram number: $text',
		({ text }) => {
			expect(normalForms(LINKS, text)).toEqual(['1234567890']);
		},
	);

	it.each([
		{ text: 'vk.com/id1' },
		{ text: 'https://vk.com/id1/' },
		{ text: 'http://m.vk.com/ID1' },
		{ text: 'vk.ru/id1' },
		{ text: 'www.vk.com/id1' },
	])('the normal form of a link is the same for every address of a person on VK: $text', ({ text }) => {
		expect(normalForms(LINKS, text)).toEqual(['vk:id1']);
	});

	it.each([
		{ text: 'instagram.com/masha_orlova' },
		{ text: 'https://www.instagram.com/Masha_Orlova/?igsh=abc' },
	])(
		'the normal form of a link is the same for every address of a person on Instagram: $text',
		({ text }) => {
			expect(normalForms(LINKS, text)).toEqual(['instagram:masha_orlova']);
		},
	);

	it.each([
		{ text: 'https://wa.me/79005550001' },
		{ text: 'wa.me/79005550001?text=1' },
		{ text: 'http://wa.me/+79005550001/' },
		{ text: 'https://api.whatsapp.com/send/?text=1&phone=%2B79005550001' },
	])('the normal form of a link is the same for every address of a person in WhatsApp: $text', ({ text }) => {
		expect(normalForms(LINKS, text)).toEqual(['whatsapp:79005550001']);
	});

	it.each([
		{ text: 'https://school.example/Mia' },
		{ text: 'http://www.SCHOOL.example/Mia/' },
		{ text: 'school.example/Mia' },
	])('the normal form of a link is the same for every spelling of a page: $text', ({ text }) => {
		expect(normalForms(LINKS, text)).toEqual(['school.example/Mia']);
	});

	it.each([{ text: 'https://school.example' }, { text: 'SCHOOL.example/' }, { text: 'www.school.example' }])(
		'the normal form of a link is the same for every spelling of a host: $text',
		({ text }) => {
			expect(normalForms(LINKS, text)).toEqual(['school.example']);
		},
	);

	it.each([
		{ description: 'a name on Telegram', text: '@orlova_mia', form: 'telegram:orlova_mia' },
		{ description: 'a name on VK', text: 'vk.com/masha_orlova', form: 'vk:masha_orlova' },
		{ description: 'a name on vk.ru', text: 'https://vk.ru/Masha_Orlova', form: 'vk:masha_orlova' },
		{ description: 'a conversation on VK', text: 'vk.com/im?sel=1', form: 'vk.com/im?sel=1' },
		{ description: 'another conversation on VK', text: 'vk.com/im?sel=2', form: 'vk.com/im?sel=2' },
		{
			description: 'a number in WhatsApp',
			text: 'https://api.whatsapp.com/send?phone=79005550002',
			form: 'whatsapp:79005550002',
		},
		{
			description: 'a page whose path is in small letters',
			text: 'https://school.example/mia',
			form: 'school.example/mia',
		},
		{
			description: 'a page whose path has the word telegram',
			text: 'https://school.example/telegram-mia',
			form: 'school.example/telegram-mia',
		},
		{
			description: 'a page with a query',
			text: 'https://school.example/?id=1',
			form: 'school.example/?id=1',
		},
		{
			description: 'a page of a Russian domain',
			text: 'https://школа.example/Мия',
			form: 'школа.example/Мия',
		},
		{ description: 'an ID with capitals on max.ru', text: 'https://max.ru/u/AbC', form: 'max.ru/u/AbC' },
		{ description: 'the ID in small letters on max.ru', text: 'https://max.ru/u/abc', form: 'max.ru/u/abc' },
		{ description: 'an invitation to Telegram', text: 'https://t.me/+AbCdEf', form: 't.me/+AbCdEf' },
		{ description: 'an invitation in small letters', text: 'https://t.me/+abcdef', form: 't.me/+abcdef' },
	])('the normal form of $description, $text, is $form', ({ text, form }) => {
		expect(normalForms(LINKS, text)).toEqual([form]);
	});

	it.each([
		{ text: 'https://wa.me/79005550001?text=', form: 'whatsapp:79005550001' },
		{ text: 'https://school.example/id', form: 'school.example/id' },
		{ text: 'https://school.example/?from=', form: 'school.example/?from=' },
	])(
		'the normal form of $text is $form, although it ends like an address that an expression left unfilled',
		({ text, form }) => {
			expect(normalForms(LINKS, text)).toEqual([form]);
		},
	);

	it('a text with two Telegram names has the normal forms of both', () => {
		expect(normalForms(LINKS, '@masha_orlova @mia_o')).toEqual(['telegram:masha_orlova', 'telegram:mia_o']);
	});

	it.each([
		{ text: 't.me/masha_orlova (мама)' },
		{ text: 'мама: тг @masha_orlova' },
		{ text: 'тг @masha_orlova, мама' },
	])('the normal form of a link leaves out the words beside the link: $text', ({ text }) => {
		expect(normalForms(LINKS, text)).toEqual(['telegram:masha_orlova']);
	});
});

describe('The normal form of a text that identifies nobody', () => {
	it.each([
		{ text: 'нет' },
		{ text: 'none' },
		{ text: '-' },
		{ text: 'Telegram' },
		{ text: 't.me' },
		{ text: 'https://vk.com/' },
		{ text: 'instagram.com' },
		{ text: 'https://' },
		{ text: '@' },
		{ text: '@a' },
	])('a placeholder, or the address of a service without a person, has no normal form: $text', ({ text }) => {
		expect(normalForms(LINKS, text)).toEqual([]);
	});

	it.each([
		{ value: 'anna@example.org' },
		{ value: '+7 900 555-00-01' },
		{ value: '12' },
		{ value: 0 },
		{ value: true },
		{ value: '-1001234567890' },
		{ value: '1.2E+9' },
		{ value: {} },
	])('a value that is no link has no normal form: $value', ({ value }) => {
		expect(normalForms(LINKS, value)).toEqual([]);
	});

	it.each([
		{ text: 'undefined' },
		{ text: 'NaN' },
		{ text: '@undefined' },
		{ text: 'tg: undefined' },
		{ text: 't.me/undefined' },
		{ text: 'https://t.me/null/' },
		{ text: 't.me/@' },
		{ text: 't.me/+' },
		{ text: 't.me/id' },
		{ text: 'tg://user?id=' },
		{ text: 'tg://user?id=undefined' },
		{ text: 'wa.me/undefined' },
		{ text: 'wa.me/+' },
		{ text: 'vk.com/undefined' },
		{ text: 'https://vk.com/id' },
		{ text: 'vk.com/idundefined' },
		{ text: 'vk.com/im?sel=' },
		{ text: 'https://school.example/null' },
	])('an address has no normal form when the expression in it found nothing: $text', ({ text }) => {
		expect(normalForms(LINKS, text)).toEqual([]);
	});

	it.each([
		{ text: 'инст @masha_orlova' },
		{ text: '@masha_orlova инст' },
		{ text: 'Маша Орлова' },
		{ text: 'Masha Orlova' },
		{ text: 'Telegram Masha Orlova' },
	])('a name has no normal form when the text does not say for which service it is: $text', ({ text }) => {
		expect(normalForms(LINKS, text)).toEqual([]);
	});

	it('a text of 100,000 characters has no normal form, although it begins with a link', () => {
		expect(normalForms(LINKS, `t.me/mia_o ${'!'.repeat(100_000)}a`)).toEqual([]);
	});
});

describe('areSameItems of links', () => {
	it.each([
		{ text: 't.me/masha_orlova (мама)' },
		{ text: 'мама: тг @masha_orlova' },
		{ text: 'тг @masha_orlova, мама' },
	])('the link with words "$text" is not the same item as the link "@masha_orlova" alone', ({ text }) => {
		expect(areSameItems(LINKS, text, '@masha_orlova')).toBe(false);
	});

	it.each([
		{ text: 't.me/masha_orlova (мама)', otherText: ' T.ME/MASHA_ORLOVA (МАМА) ' },
		{ text: 'мама: тг @masha_orlova', otherText: ' МАМА: ТГ @MASHA_ORLOVA ' },
		{ text: 'тг @masha_orlova, мама', otherText: ' ТГ @MASHA_ORLOVA, МАМА ' },
		{ text: 'нет', otherText: 'НЕТ ' },
	])(
		'two texts are the same item when only capitals and outer blanks differ: "$text" and "$otherText"',
		({ text, otherText }) => {
			expect(areSameItems(LINKS, text, otherText)).toBe(true);
		},
	);

	it('two different numbers are different items, although both were rounded', () => {
		expect(areSameItems(LINKS, '1.2E+9', '1.3E+9')).toBe(false);
	});
});

describe('addItems of links', () => {
	const storedLinks = ['https://t.me/masha_orlova', 'vk.com/id1'];

	it('addItems adds no link that is stored in another spelling', () => {
		const links = addItems(LINKS, storedLinks, ['@Masha_Orlova', 'vk.ru/id1/', 'masha_orlova']);

		expect(links).toEqual(['https://t.me/masha_orlova', 'vk.com/id1']);
	});

	it('addItems adds a new link, and a stored link to which the user has added a word', () => {
		const links = addItems(LINKS, storedLinks, ['@masha_orlova (мама)', '@mia']);

		expect(links).toEqual(['https://t.me/masha_orlova', 'vk.com/id1', '@masha_orlova (мама)', '@mia']);
	});

	it('addItems adds no link that is stored beside another one in the same text', () => {
		const links = addItems(LINKS, ['@masha_orlova @mia_o'], ['t.me/mia_o']);

		expect(links).toEqual(['@masha_orlova @mia_o']);
	});
});

describe('isStored of links', () => {
	const storedLinks = ['https://t.me/masha_orlova', 'vk.com/id1'];

	it('isStored is false for a link in another spelling, because the user may want to correct it', () => {
		expect(isStored(LINKS, storedLinks, ['@masha_orlova', 'vk.com/id1'], 'UTC')).toBe(false);
	});

	it('isStored is true for the same links in one text', () => {
		expect(isStored(LINKS, storedLinks, 'https://t.me/masha_orlova, vk.com/id1', 'UTC')).toBe(true);
	});
});

describe('splitItems of links', () => {
	it.each([
		{
			rule: 'separates links at blanks and semicolons',
			text: '@masha_orlova vk.com/id1; 123456789',
			links: ['@masha_orlova', 'vk.com/id1', '123456789'],
		},
		{
			rule: 'keeps a word with its link',
			text: 'мама @masha_orlova',
			links: ['мама @masha_orlova'],
		},
		{
			rule: 'keeps a comma within an address',
			text: 'https://school.example/a,b',
			links: ['https://school.example/a,b'],
		},
	])('splitItems $rule: $text', ({ text, links }) => {
		expect(splitItems(LINKS, text)).toEqual(links);
	});
});

describe('isBlank of links', () => {
	it('isBlank is true for a list of empty texts in a field of links', () => {
		expect(isBlank(LINKS, [' ', ''])).toBe(true);
	});
});

describe('Random Telegram names', () => {
	const letter = fc.constantFrom(...'abcxyzABCXYZ');
	const sign = fc.constantFrom(...'abcxyzABCXYZ0189_');
	const telegramName = fc
		.tuple(letter, fc.array(sign, { minLength: 3, maxLength: 20 }), letter)
		.map(([first, middle, last]) => first + middle.join('') + last);

	type Spelling = (name: string) => string;
	const spelling = fc.constantFrom<Spelling[]>(
		(name) => name,
		(name) => `@${name}`,
		(name) => `t.me/${name}`,
		(name) => `https://telegram.me/${name}/`,
		(name) => `tg://resolve?domain=${name}`,
		(name) => `HTTPS://T.ME/${name.toUpperCase()}?start=1`,
		(name) => ` @${name.toLowerCase()}.`,
		(name) => `тг ${name}`,
		(name) => `Telegram: @${name}`,
	);
	const runs = { numRuns: depth.phoneSpellings, seed };

	it('a Telegram name matches itself in any two spellings', () => {
		const property = fc.property(telegramName, spelling, spelling, (name, spell, spellOtherwise) => {
			expect(haveCommonForm(spell(name), spellOtherwise(name))).toBe(true);
			expect(areSameItems(LINKS, spell(name), spellOtherwise(name))).toBe(true);
		});
		fc.assert(property, runs);
	});

	it('two different Telegram names do not match in any spelling', () => {
		const differentNames = fc
			.tuple(telegramName, telegramName)
			.filter(([name, otherName]) => name.toLowerCase() !== otherName.toLowerCase());
		const property = fc.property(
			differentNames,
			spelling,
			spelling,
			([name, otherName], spell, spellOther) => {
				expect(haveCommonForm(spell(name), spellOther(otherName))).toBe(false);
				expect(haveCommonForm(spellOther(otherName), spell(name))).toBe(false);
			},
		);
		fc.assert(property, runs);
	});

	it('a Telegram name does not match the same name on VK or Instagram', () => {
		const property = fc.property(telegramName, spelling, (name, spell) => {
			expect(haveCommonForm(spell(name), `vk.com/${name}`)).toBe(false);
			expect(haveCommonForm(spell(name), `https://instagram.com/${name}`)).toBe(false);
		});
		fc.assert(property, runs);
	});
});

describe('Random texts in a field of links', () => {
	it('any text in a field of links is the same item as itself, and is not added twice', () => {
		const text = fc.string({ maxLength: 40 }).filter((candidate) => candidate.trim() !== '');
		const property = fc.property(text, (link) => {
			expect(areSameItems(LINKS, link, link)).toBe(true);
			expect(addItems(LINKS, [link], [link])).toEqual([link]);
		});
		fc.assert(property, { numRuns: depth.phoneSpellings, seed });
	});
});
