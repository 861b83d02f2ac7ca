import { normalizeText, removeInvisible } from './normalizeText';
import type { FieldKind } from './kind';
import { readItems, splitText } from './lists';
import { isStoredText, readText, textListParts } from './text';
import type { OfType } from '../entities/fieldTypes';

/**
 * Reads the web addresses and messengers of people. Different spellings of one link have the same
 * form:
 *
 * | text | form |
 * | --- | --- |
 * | `@anna_p`, `t.me/anna_p`, `https://telegram.me/anna_p`, `tg://resolve?domain=anna_p`, `anna_p` alone | telegram:anna_p |
 * | `123456789` alone, `tg://user?id=123456789` | 123456789 |
 * | `https://vk.com/anna.p` | vk:anna.p |
 * | `instagram.com/anna.p/?hl=ru` | instagram:anna.p |
 * | `wa.me/79001112233`, `api.whatsapp.com/send?phone=79001112233` | whatsapp:79001112233 |
 * | `https://example.org/anna/` | example.org/anna |
 * | `t.me/undefined`, `vk.com`, `telegram` | none |
 */

/** Accepts the name of a person in Telegram: letters, digits and underscores. */
const TELEGRAM_NAME = /^[a-z]\w{2,30}[a-z\d]$/i;
/**
 * Accepts the number by which a messenger knows a person. The number of a group begins with a
 * minus.
 */
const MESSENGER_NUMBER = /^[1-9]\d{4,15}$/;
/** A shorter word alone may mean anything. */
const SHORTEST_NAME_ALONE = 5;
/** Accepts words that name a service or nobody, not a person. */
const NO_NAME = /^(?:unknown|username|telegram|whatsapp|instagram|facebook|vkontakte)$/i;
/** Accepts what an expression without a value leaves at the end: t.me/undefined, vk.com/id. */
const UNFILLED_END =
	/(?:(?:^|[@/=+]|\/id)(?:undefined|null|nan)|[?&](?:\w*id|sel|domain|phone)=|\/[@+]|(?:vk\.\w+|\.me)\/id)\/*$/i;
/** A longer text is a letter, not a link. */
const LONGEST = 1_000;

/** Makes the form of a person in Telegram, who is known by name or number. */
function telegramForm(person: string): string | undefined {
	if (MESSENGER_NUMBER.test(person)) return person;

	return TELEGRAM_NAME.test(person) ? `telegram:${person.toLowerCase()}` : undefined;
}

/** A service with pages of people. The first group of `path` names the person. */
interface Service {
	host: RegExp;
	path: RegExp;
	makeForm: (person: string) => string | undefined;
}

const SERVICES: readonly Service[] = [
	{
		host: /^(?:t|telegram)\.me$|^telegram\.dog$/,
		path: /^(?!(?:share|proxy|socks)\?)(?:s\/)?@?(\w+)\/?(?:[?#].*)?$/i,
		makeForm: telegramForm,
	},
	// A query may name the person, as in vk.com/im?sel=1, so an address with a query has no form.
	{
		host: /^(?:m\.)?vk(?:\.com|\.ru|ontakte\.ru)$/,
		path: /^([\w.]+)\/?$/i,
		makeForm: (person) => `vk:${person.toLowerCase()}`,
	},
	{
		host: /^instagram\.com$/,
		path: /^([\w.]+)\/?(?:[?#].*)?$/i,
		makeForm: (person) => `instagram:${person.toLowerCase()}`,
	},
	{
		host: /^wa\.me$/,
		path: /^\+?(\d+)\/?(?:[?#].*)?$/,
		makeForm: (person) => `whatsapp:${person}`,
	},
	{
		host: /^(?:api|web)\.whatsapp\.com$/,
		path: /^send\/?\?(?:\S*&)?phone=(?:\+|%2b)?(\d+)/i,
		makeForm: (person) => `whatsapp:${person}`,
	},
];

/**
 * Reads host and path of an address, with or without a scheme: `https://example.org/anna`,
 * `example.org`.
 */
const ADDRESS = /^(?:https?:\/\/)?((?:[\p{L}\d_-]+\.)+\p{L}{2,}(?::\d+)?)(?:\/|(?=[?#])|$)(.*)$/iu;
/**
 * Reads the person in `@anna_p`, `tg://resolve?domain=anna_p` and `web.telegram.org/k/#@anna_p`.
 */
const IN_TELEGRAM =
	/^(?:@|tg:\/\/\S*?[?&](?:domain|id|user_id)=|(?:https?:\/\/)?web\.telegram\.org\/\S*#@?)(\w+)(?=&|$)/i;

/** Returns the form of a word that is a link by itself: an address, or @ with a name. */
function readLink(word: string): string | undefined {
	if (UNFILLED_END.test(word)) return undefined;

	const [, telegramPerson] = IN_TELEGRAM.exec(word) ?? [];
	if (telegramPerson !== undefined) return telegramForm(telegramPerson);

	const [, hostInText = '', path = ''] = ADDRESS.exec(word) ?? [];
	const host = hostInText.toLowerCase().replace(/^www\./, '');
	const [, subdomain] = /^(\w+)\.t\.me$/.exec(host) ?? [];
	if (subdomain !== undefined) return telegramForm(subdomain);

	const service = SERVICES.find((candidate) => candidate.host.test(host));
	const [, person] = service?.path.exec(path) ?? [];
	const form = person === undefined ? undefined : service?.makeForm(person);
	if (form !== undefined) return form;

	const trimmedPath = path.replace(/\/+$/, '');
	// A service's address without a path identifies nobody.
	if (host === '' || (service && trimmedPath === '')) return undefined;

	return trimmedPath === '' ? host : `${host}/${trimmedPath}`;
}

/**
 * Accepts a word that names Telegram before a person: `tg: @anna_p`. A name without @ counts only
 * at the end of the text.
 */
const TELEGRAM_LABEL =
	/(?<=^|[\s([{,;])(?:tg|тг|telegram|телеграмм?)(?:\s+id)?[\s:–—-]+(?:@(?=\w+(?:[\s,;.)]|$))|(?=\w+\s*$))/giu;
/** Accepts brackets, quotation marks and punctuation around a word. */
const PUNCTUATION = /^[([{<«"'„“]+|[)\]}>»"'”“,.;:!]+$/g;

/** Reads a text: the form of each link, and the other words. */
function readLinks(value: unknown): { forms: string[]; otherWords: string } {
	const text = removeInvisible(
		typeof value === 'string' ? value : (readText(value) ?? ''),
	).normalize('NFKC');
	if (text.length > LONGEST) return { forms: [], otherWords: normalizeText(text) };

	const words = text
		.trim()
		.replace(TELEGRAM_LABEL, 't.me/')
		.split(/\s+/)
		.map((word) => word.replace(PUNCTUATION, ''));
	const isAlone = words.length === 1;
	const links = words.map(
		(word) => readLink(word) ?? (isAlone ? telegramPersonIn(word) : undefined),
	);

	// Next to other words, a name with @ may be that of any service.
	const hasOtherWords = links.includes(undefined);
	const forms = links.map((link, index) =>
		hasOtherWords && words[index].startsWith('@') ? undefined : link,
	);
	const otherWords = words.filter((_word, index) => forms[index] === undefined);
	return {
		forms: [...new Set(forms)].filter((form) => form !== undefined).sort(),
		otherWords: normalizeText(otherWords.join(' ')),
	};
}

/** Reads a word alone as a person in Telegram: programs give the number, or the name without @. */
function telegramPersonIn(word: string): string | undefined {
	if (word.length < SHORTEST_NAME_ALONE || NO_NAME.test(word) || UNFILLED_END.test(word))
		return undefined;

	return telegramForm(word);
}

/** Splits a text into several links, which may be separated by blanks alone. */
const splitLinks = (text: string): string[] =>
	splitText(text).flatMap((part) => {
		const words = part.split(/\s+/).filter((word) => word !== '');
		return words.length > 1 && words.every(readLink) ? words : [part];
	});

/** Addresses of websites, and people in messengers. */
export const links: FieldKind<OfType<'links'>> = {
	...textListParts,
	noun: 'web address, or name or number in Telegram',
	splitItems: (_field, value) => readItems(value, splitLinks),
	makeNormalForms: (_field, item) => readLinks(item).forms,
	isSame(_field, value, otherValue) {
		const links = readLinks(value);
		const otherLinks = readLinks(otherValue);
		const hasSameForms = links.forms.join(' ') === otherLinks.forms.join(' ');
		return hasSameForms && links.otherWords === otherLinks.otherWords;
	},
	isStored: isStoredText,
	// Two values with different words beside their links are different.
	mayHaveWords: () => false,
	makeSearchFilters: (_field, name, item) => [{ [name]: item }],
};
