import { normalizeText, removeInvisible } from './normalizeText';
import type { FieldKind } from './kind';
import { readItems, splitText } from './lists';
import { isStoredText, readText, textListParts } from './text';
import type { OfType } from '../entities/fieldTypes';

/**
 * Reads and compares the web addresses of people, and their names and numbers in messengers. Each
 * link has a normal form (`makeNormalForms` in `kind.ts`), which is the same for all spellings:
 *
 * | text | normal form |
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
/**
 * The shortest text that is read as a name or number in Telegram if it has neither an @ nor another
 * word beside it.
 */
const SHORTEST_LONE_NAME = 5;
/** Accepts words that people type in place of a name, such as `telegram` and `unknown`. */
const PLACEHOLDER_WORD = /^(?:unknown|username|telegram|whatsapp|instagram|facebook|vkontakte)$/i;
/**
 * Accept the end of an address into which an n8n expression should have put a person, but found no
 * value. All three reject `t.me/anna_p`.
 *
 * - a word that JavaScript writes for no value: `t.me/undefined`, `vk.com/idnull`
 * - a query without a value: `vk.com/im?sel=`
 * - nothing after a sign or after `id`: `t.me/+`, `vk.com/id`
 */
const WORD_FOR_NO_VALUE = /(?:^|[@/=+]|\/id)(?:undefined|null|nan)\/*$/i;
const QUERY_WITHOUT_VALUE = /[?&](?:\w*id|sel|domain|phone)=\/*$/i;
const PATH_WITHOUT_PERSON = /(?:\/[@+]|(?:vk\.\w+|\.me)\/id)\/*$/i;

/** Tells whether an n8n expression should have put a person into an address, but found no value. */
const isUnfilledAddress = (word: string): boolean =>
	[WORD_FOR_NO_VALUE, QUERY_WITHOUT_VALUE, PATH_WITHOUT_PERSON].some((end) => end.test(word));

/** A longer text is a message of a person, not a link. */
const LONGEST_LINK = 1_000;

/**
 * Makes the normal form of a person in Telegram. Returns undefined if the text is neither a name
 * nor a number.
 */
function makeTelegramForm(person: string): string | undefined {
	if (MESSENGER_NUMBER.test(person)) return person;

	return TELEGRAM_NAME.test(person) ? `telegram:${person.toLowerCase()}` : undefined;
}

/**
 * A service with pages of people, such as `vk.com/anna.p`.
 */
interface Service {
	/** Accepts the host in lower case, without `www.`. */
	host: RegExp;
	/** Accepts the part after the host and a slash. The first group reads the person. */
	path: RegExp;
	makeForm: (person: string) => string | undefined;
}

const SERVICES: readonly Service[] = [
	// Telegram's links `t.me/share?…` name no person. `t.me/s/anna_p` is the preview of a channel.
	{
		host: /^(?:t|telegram)\.me$|^telegram\.dog$/,
		path: /^(?!(?:share|proxy|socks)\?)(?:s\/)?@?(\w+)\/?(?:[?#].*)?$/i,
		makeForm: makeTelegramForm,
	},
	// The path of VK takes no query, because a query can name another person: vk.com/im?sel=1. Such
	// an address is compared as a whole.
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
 * Reads the host of an address, and the part after it: path, query and fragment. The address can
 * have a scheme, `https://example.org/anna`, or none, `example.org`.
 */
const ADDRESS = /^(?:https?:\/\/)?((?:[\p{L}\d_-]+\.)+\p{L}{2,}(?::\d+)?)(?:\/|(?=[?#])|$)(.*)$/iu;
/**
 * Reads the person in `@anna_p`, `tg://resolve?domain=anna_p` and `web.telegram.org/k/#@anna_p`.
 */
const PERSON_IN_TELEGRAM =
	/^(?:@|tg:\/\/\S*?[?&](?:domain|id|user_id)=|(?:https?:\/\/)?web\.telegram\.org\/\S*#@?)(\w+)(?=&|$)/i;

/**
 * Makes the normal form of a word that is a link: an address, or @ with a name. Returns undefined
 * if the word is no link, or if the link names nobody.
 */
function makeLinkForm(word: string): string | undefined {
	if (isUnfilledAddress(word)) return undefined;

	const [, telegramPerson] = PERSON_IN_TELEGRAM.exec(word) ?? [];
	if (telegramPerson !== undefined) return makeTelegramForm(telegramPerson);

	const [, hostInText = '', path = ''] = ADDRESS.exec(word) ?? [];
	const host = hostInText.toLowerCase().replace(/^www\./, '');
	// Telegram also takes the name as a subdomain: anna_p.t.me.
	const [, subdomain] = /^(\w+)\.t\.me$/.exec(host) ?? [];
	if (subdomain !== undefined) return makeTelegramForm(subdomain);

	// Where the host is a service such as VK, the path may name a person.
	const service = SERVICES.find((candidate) => candidate.host.test(host));
	const [, person] = service?.path.exec(path) ?? [];
	const formOfPerson = person === undefined ? undefined : service?.makeForm(person);
	if (formOfPerson !== undefined) return formOfPerson;

	// Any other address is compared as a whole.
	const trimmedPath = path.replace(/\/+$/, '');
	const isAddress = host !== '';
	// A service's address without a path identifies nobody.
	const namesNobody = service !== undefined && trimmedPath === '';
	if (!isAddress || namesNobody) return undefined;

	return trimmedPath === '' ? host : `${host}/${trimmedPath}`;
}

/**
 * Accepts a word for Telegram and the @ before a person, as the `tg: @` of `tg: @anna_p`. They are
 * replaced by `t.me/`, which makes the word a link. A person without @ counts only at the end of
 * the text.
 */
const TELEGRAM_LABEL =
	/(?<=^|[\s([{,;])(?:tg|тг|telegram|телеграмм?)(?:\s+id)?[\s:–—-]+(?:@(?=\w+(?:[\s,;.)]|$))|(?=\w+\s*$))/giu;
/** Accepts brackets, quotation marks and punctuation around a word. */
const PUNCTUATION = /^[([{<«"'„“]+|[)\]}>»"'”“,.;:!]+$/g;

/** The links of a text, and the words beside them. */
interface Links {
	/** The normal form of each link, sorted and without repetitions. */
	forms: string[];
	/** The words that are not links, normalized for a comparison. */
	otherWords: string;
}

/**
 * Reads the links of a text, such as the addresses of two websites, and the words beside them. A
 * single word may be a person in Telegram even without @.
 */
function readLinks(value: unknown): Links {
	// `readText` refuses a text that is a rounded number. Here any text is taken.
	const givenText = typeof value === 'string' ? value : (readText(value) ?? '');
	const text = removeInvisible(givenText).normalize('NFKC');
	if (text.length > LONGEST_LINK) return { forms: [], otherWords: normalizeText(text) };

	const words = text
		.trim()
		.replace(TELEGRAM_LABEL, 't.me/')
		.split(/\s+/)
		.map((word) => word.replace(PUNCTUATION, ''));
	// The form of a word that is no link is undefined.
	const formsOfWords = words.map((word) => makeLinkForm(word));
	const isSingleWord = words.length === 1;
	if (isSingleWord) formsOfWords[0] ??= readTelegramPerson(words[0]);
	const hasOtherWords = formsOfWords.includes(undefined);

	const forms = new Set<string>();
	const otherWords: string[] = [];
	for (const [index, word] of words.entries()) {
		const form = formsOfWords[index];
		// Beside other words, a name with @ need not be one in Telegram: `instagram @anna_p`.
		const isServiceUnknown = hasOtherWords && word.startsWith('@');
		if (form === undefined || isServiceUnknown) {
			otherWords.push(word);
		} else {
			forms.add(form);
		}
	}
	return { forms: [...forms].sort(), otherWords: normalizeText(otherWords.join(' ')) };
}

/**
 * Makes the normal form of a single word that is a person in Telegram: a number, or a name without
 * @, as other programs give them. Returns undefined if the word is no such person.
 */
function readTelegramPerson(word: string): string | undefined {
	if (word.length < SHORTEST_LONE_NAME) return undefined;
	if (PLACEHOLDER_WORD.test(word) || isUnfilledAddress(word)) return undefined;

	return makeTelegramForm(word);
}

/** Splits a text into several links. Blanks separate links if each word is a link. */
function splitLinks(text: string): string[] {
	return splitText(text).flatMap((part) => {
		const words = part.split(/\s+/).filter((word) => word !== '');
		const areAllLinks = words.every((word) => makeLinkForm(word) !== undefined);
		return words.length > 1 && areAllLinks ? words : [part];
	});
}

/** A field that holds several addresses of websites, or people in messengers. */
export const links: FieldKind<OfType<'links'>> = {
	...textListParts,
	valueNoun: 'web address, or name or number in Telegram',
	splitItems: (_field, value) => readItems(value, splitLinks),
	makeNormalForms: (_field, item) => readLinks(item).forms,
	isSame(_field, value, otherValue) {
		const valueLinks = readLinks(value);
		const otherValueLinks = readLinks(otherValue);
		const hasSameForms = valueLinks.forms.join(' ') === otherValueLinks.forms.join(' ');
		return hasSameForms && valueLinks.otherWords === otherValueLinks.otherWords;
	},
	isStored: isStoredText,
	// `isSame` compares the words beside a link, so no equal value lacks words.
	hasOptionalWords: () => false,
	makeSearchFilters: (_field, name, item) => [{ [name]: item }],
};
