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
const SHORTEST_LONE_NAME = 5;
/** Accepts words that name a service or nobody, such as `telegram` and `unknown`. */
const PLACEHOLDER_WORD = /^(?:unknown|username|telegram|whatsapp|instagram|facebook|vkontakte)$/i;
/**
 * Accept the end of an address whose expression found no value. Rejects `t.me/anna_p`.
 *
 * - the word for no value: `t.me/undefined`, `vk.com/idnull`
 * - a query without a value: `vk.com/im?sel=`
 * - nothing behind a sign or `id`: `t.me/+`, `vk.com/id`
 */
const WORD_FOR_NO_VALUE = /(?:^|[@/=+]|\/id)(?:undefined|null|nan)\/*$/i;
const QUERY_WITHOUT_VALUE = /[?&](?:\w*id|sel|domain|phone)=\/*$/i;
const PATH_WITHOUT_PERSON = /(?:\/[@+]|(?:vk\.\w+|\.me)\/id)\/*$/i;

/** Tells whether the expression in an address found no value. */
const isUnfilledAddress = (word: string): boolean =>
	[WORD_FOR_NO_VALUE, QUERY_WITHOUT_VALUE, PATH_WITHOUT_PERSON].some((end) => end.test(word));

/** A longer text is a letter, not a link. */
const LONGEST_LINK = 1_000;

/** Makes the form of a person in Telegram. Returns undefined if the text is no name or number. */
function makeTelegramForm(person: string): string | undefined {
	if (MESSENGER_NUMBER.test(person)) return person;

	return TELEGRAM_NAME.test(person) ? `telegram:${person.toLowerCase()}` : undefined;
}

/**
 * A service with pages of people, such as `vk.com/anna.p`. The host is compared without `www.`, in
 * small letters. The path is what follows the slash behind the host. Its first group reads the
 * person.
 */
interface Service {
	host: RegExp;
	path: RegExp;
	makeForm: (person: string) => string | undefined;
}

const SERVICES: readonly Service[] = [
	{
		host: /^(?:t|telegram)\.me$|^telegram\.dog$/,
		path: /^(?!(?:share|proxy|socks)\?)(?:s\/)?@?(\w+)\/?(?:[?#].*)?$/i,
		makeForm: makeTelegramForm,
	},
	// A query may name another person, as in vk.com/im?sel=1. An address with a query is therefore
	// compared as a whole.
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
const PERSON_IN_TELEGRAM =
	/^(?:@|tg:\/\/\S*?[?&](?:domain|id|user_id)=|(?:https?:\/\/)?web\.telegram\.org\/\S*#@?)(\w+)(?=&|$)/i;

/**
 * Makes the form of a word that is a link by itself: an address, or @ with a name. Returns
 * undefined if the word is no link, or if the link names nobody.
 */
function readLink(word: string): string | undefined {
	if (isUnfilledAddress(word)) return undefined;

	const [, telegramPerson] = PERSON_IN_TELEGRAM.exec(word) ?? [];
	if (telegramPerson !== undefined) return makeTelegramForm(telegramPerson);

	const [, hostInText = '', path = ''] = ADDRESS.exec(word) ?? [];
	const host = hostInText.toLowerCase().replace(/^www\./, '');
	// Telegram also takes the name as a subdomain: anna_p.t.me.
	const [, subdomain] = /^(\w+)\.t\.me$/.exec(host) ?? [];
	if (subdomain !== undefined) return makeTelegramForm(subdomain);

	const service = SERVICES.find((candidate) => candidate.host.test(host));
	const [, person] = service?.path.exec(path) ?? [];
	const formOfPerson = person === undefined ? undefined : service?.makeForm(person);
	if (formOfPerson !== undefined) return formOfPerson;

	// Any other address is compared as a whole.
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

/** The links of a text, and the words beside them. */
interface Links {
	/** The form of each link, sorted and each once. */
	forms: string[];
	/** The words that are no links, normalized for a comparison. */
	otherWords: string;
}

/** Reads the links of a text. */
function readLinks(value: unknown): Links {
	const givenText = typeof value === 'string' ? value : (readText(value) ?? '');
	const text = removeInvisible(givenText).normalize('NFKC');
	if (text.length > LONGEST_LINK) return { forms: [], otherWords: normalizeText(text) };

	const words = text
		.trim()
		.replace(TELEGRAM_LABEL, 't.me/')
		.split(/\s+/)
		.map((word) => word.replace(PUNCTUATION, ''));
	const isAlone = words.length === 1;
	const links = words.map(
		(word) => readLink(word) ?? (isAlone ? readTelegramPerson(word) : undefined),
	);
	const hasOtherWords = links.includes(undefined);

	const forms = new Set<string>();
	const otherWords: string[] = [];
	for (const [index, word] of words.entries()) {
		const form = links[index];
		// Next to other words, a name with @ may be that of any service.
		const isOfAnyService = hasOtherWords && word.startsWith('@');
		if (form === undefined || isOfAnyService) {
			otherWords.push(word);
		} else {
			forms.add(form);
		}
	}
	return { forms: [...forms].sort(), otherWords: normalizeText(otherWords.join(' ')) };
}

/**
 * Reads a text of one word as a person in Telegram. Programs give the number of a person, or the
 * name without @.
 */
function readTelegramPerson(word: string): string | undefined {
	if (word.length < SHORTEST_LONE_NAME) return undefined;
	if (PLACEHOLDER_WORD.test(word) || isUnfilledAddress(word)) return undefined;

	return makeTelegramForm(word);
}

/** Splits a text into several links, which may be separated by blanks alone. */
function splitLinks(text: string): string[] {
	return splitText(text).flatMap((part) => {
		const words = part.split(/\s+/).filter((word) => word !== '');
		const areAllLinks = words.every((word) => readLink(word) !== undefined);
		return words.length > 1 && areAllLinks ? words : [part];
	});
}

/** A list of addresses of websites, and of people in messengers. */
export const links: FieldKind<OfType<'links'>> = {
	...textListParts,
	valueNoun: 'web address, or name or number in Telegram',
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
