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

/** Accepts the name of a person in Telegram: `anna_p`. Rejects `anna_` and `an`. */
const TELEGRAM_NAME = /^[a-z]\w{2,30}[a-z\d]$/i;
/**
 * Accepts the number by which a messenger knows a person: `123456789`. Rejects that of a group,
 * which begins with a minus.
 */
const MESSENGER_NUMBER = /^[1-9]\d{4,15}$/;
/**
 * The shortest text that is read as a name or number in Telegram if it has neither an @ nor another
 * word beside it.
 */
const SHORTEST_LONE_NAME = 5;
/** Accepts a word that people type in place of a name, such as `telegram`. Rejects `anna_p`. */
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
 * Makes the normal form of a person in Telegram: `telegram:anna_p` of the name `Anna_P`, or the
 * number `123456789` as it is. Returns undefined if the text is neither a name nor a number.
 */
function makeTelegramForm(person: string): string | undefined {
	if (MESSENGER_NUMBER.test(person)) return person;

	return TELEGRAM_NAME.test(person) ? `telegram:${person.toLowerCase()}` : undefined;
}

/** A service with pages of people, such as `vk.com/anna.p`. */
interface Service {
	/** Accepts the host in lower case, without `www.`. */
	host: RegExp;
	/** Accepts the part after the host and a slash. The first group reads the person. */
	path: RegExp;
	makeForm: (person: string) => string | undefined;
}

/**
 * Accepts `anna_p`, and the preview of a channel, `s/anna_p`. Rejects `share?…`, which names
 * nobody.
 */
const TELEGRAM_PATH = /^(?!(?:share|proxy|socks)\?)(?:s\/)?@?(\w+)\/?(?:[?#].*)?$/i;
/**
 * Accepts `anna.p`. Rejects `im?sel=1`, because a query can name another person. Such an address is
 * compared as a whole.
 */
const VK_PATH = /^([\w.]+)\/?$/i;
/** Accepts `anna.p/?hl=ru`. Rejects the picture `p/Cx1`. */
const INSTAGRAM_PATH = /^([\w.]+)\/?(?:[?#].*)?$/i;
/** Accepts the `+79001112233` of `wa.me/+79001112233`. Rejects `message/x1`. */
const WHATSAPP_PATH = /^\+?(\d+)\/?(?:[?#].*)?$/;
/** Accepts the `send?phone=79001112233` of `api.whatsapp.com`. Rejects `send?text=x`. */
const WHATSAPP_QUERY = /^send\/?\?(?:\S*&)?phone=(?:\+|%2b)?(\d+)/i;

const SERVICES: readonly Service[] = [
	{
		host: /^(?:t|telegram)\.me$|^telegram\.dog$/,
		path: TELEGRAM_PATH,
		makeForm: makeTelegramForm,
	},
	{
		host: /^(?:m\.)?vk(?:\.com|\.ru|ontakte\.ru)$/,
		path: VK_PATH,
		makeForm: (person) => `vk:${person.toLowerCase()}`,
	},
	{
		host: /^instagram\.com$/,
		path: INSTAGRAM_PATH,
		makeForm: (person) => `instagram:${person.toLowerCase()}`,
	},
	{
		host: /^wa\.me$/,
		path: WHATSAPP_PATH,
		makeForm: (person) => `whatsapp:${person}`,
	},
	{
		host: /^(?:api|web)\.whatsapp\.com$/,
		path: WHATSAPP_QUERY,
		makeForm: (person) => `whatsapp:${person}`,
	},
];

/** A web address without its scheme: `vk.com` and `anna.p` for `https://www.VK.com/anna.p`. */
interface WebAddress {
	/** The host in lower case, without `www.`. */
	host: string;
	/** What follows the host and a slash: path, query and fragment. */
	path: string;
}

/**
 * Accepts an address with or without a scheme: `https://example.org/anna`, `example.org`. Rejects
 * `anna` and `anna@example.org`.
 */
const ADDRESS =
	/^(?:https?:\/\/)?(?<host>(?:[\p{L}\d_-]+\.)+\p{L}{2,}(?::\d+)?)(?:\/|(?=[?#])|$)(?<path>.*)$/iu;
/**
 * Reads the person in `@anna_p`, `tg://resolve?domain=anna_p` and `web.telegram.org/k/#@anna_p`.
 * Rejects `t.me/anna_p` and `anna_p`.
 */
const PERSON_IN_TELEGRAM =
	/^(?:@|tg:\/\/\S*?[?&](?:domain|id|user_id)=|(?:https?:\/\/)?web\.telegram\.org\/\S*#@?)(?<person>\w+)(?=&|$)/i;
/** Reads the person in `anna_p.t.me`. Rejects `t.me`. */
const TELEGRAM_SUBDOMAIN = /^(?<person>\w+)\.t\.me$/;

/**
 * Makes the normal form of a word that is a link: `telegram:anna_p` of `@anna_p`, `vk:anna.p` of
 * `https://vk.com/anna.p`. Returns undefined if the word is no link, or if the link names nobody.
 */
function makeLinkForm(word: string): string | undefined {
	if (isUnfilledAddress(word)) return undefined;

	const telegramPerson = PERSON_IN_TELEGRAM.exec(word)?.groups?.person;
	if (telegramPerson !== undefined) return makeTelegramForm(telegramPerson);

	const address = readAddress(word);
	return address === undefined ? undefined : makeAddressForm(address);
}

/** Reads a web address. Returns undefined if the word is none. */
function readAddress(word: string): WebAddress | undefined {
	const parts = ADDRESS.exec(word)?.groups;
	if (parts === undefined) return undefined;

	const host = parts.host.toLowerCase().replace(/^www\./, '');
	return { host, path: parts.path };
}

/**
 * Makes the normal form of a web address: `vk:anna.p` if it names a person, otherwise the address
 * itself, `example.org/anna`. Returns undefined for the bare address of a service, such as
 * `vk.com`, because it identifies nobody.
 */
function makeAddressForm({ host, path }: WebAddress): string | undefined {
	const personInHost = TELEGRAM_SUBDOMAIN.exec(host)?.groups?.person;
	if (personInHost !== undefined) return makeTelegramForm(personInHost);

	const service = SERVICES.find((candidate) => candidate.host.test(host));
	const personForm = service && makePersonForm(service, path);
	if (personForm !== undefined) return personForm;

	const trimmedPath = path.replace(/\/+$/, '');
	if (trimmedPath !== '') return `${host}/${trimmedPath}`;

	const isBareService = service !== undefined;
	return isBareService ? undefined : host;
}

/** Makes the normal form of the person in the path of a service. Undefined if it names nobody. */
function makePersonForm(service: Service, path: string): string | undefined {
	const match = service.path.exec(path);
	if (match === null) return undefined;

	const [, person] = match;
	return service.makeForm(person);
}

/**
 * Accepts a word for Telegram and the @ before a person, as the `tg: @` of `tg: @anna_p`. They are
 * replaced by `t.me/`, which makes the word a link. A person without @ counts only at the end of
 * the text: `telegram anna_p` is accepted, `telegram anna_p and mother` is rejected.
 */
const TELEGRAM_LABEL =
	/(?<=^|[\s([{,;])(?:tg|тг|telegram|телеграмм?)(?:\s+id)?[\s:–—-]+(?:@(?=\w+(?:[\s,;.)]|$))|(?=\w+\s*$))/giu;
/** Accepts brackets, quotation marks and punctuation around a word: `(` and `),` of `(anna_p),`. */
const PUNCTUATION = /^[([{<"'„“]+|[)\]}>»"'”“,.;:!]+$/g;

/** The links of a text, and the words beside them. */
interface Links {
	/** The normal form of each link, sorted and without repetitions. */
	forms: string[];
	/** The words that are not links, normalized for a comparison. */
	otherWords: string;
}

/**
 * Separates the links of a text from the words beside them: `мама: vk.com/anna.p` has the link
 * `vk:anna.p` and the word `мама`. A word alone may be a person in Telegram even without @.
 */
function readLinks(value: unknown): Links {
	const text = toPlainText(value);
	if (text.length > LONGEST_LINK) return { forms: [], otherWords: normalizeText(text) };

	const words = splitWords(text);
	const makeForm = words.length === 1 ? makeLoneWordForm : makeLinkForm;
	const wordsAndForms = words.map((word) => ({ word, form: makeForm(word) }));
	const hasOtherWords = wordsAndForms.some(({ form }) => form === undefined);

	const linkForms = new Set<string>();
	const otherWords: string[] = [];
	for (const { word, form } of wordsAndForms) {
		// Beside other words, a name with @ may belong to another service: `instagram @anna_p`.
		const isServiceUnknown = hasOtherWords && word.startsWith('@');
		if (form === undefined || isServiceUnknown) {
			otherWords.push(word);
		} else {
			linkForms.add(form);
		}
	}
	return { forms: [...linkForms].sort(), otherWords: normalizeText(otherWords.join(' ')) };
}

/** Returns a value as a text without invisible characters. Any text is taken, also 7,90056E+10. */
function toPlainText(value: unknown): string {
	const text = typeof value === 'string' ? value : (readText(value) ?? '');
	return removeInvisible(text).normalize('NFKC');
}

/**
 * Splits a text into words without the punctuation around them. A label of Telegram becomes a part
 * of the link after it: `tg: @anna_p, vk.com/anna.p` gives `t.me/anna_p` and `vk.com/anna.p`.
 */
function splitWords(text: string): string[] {
	const words = text.trim().replace(TELEGRAM_LABEL, 't.me/').split(/\s+/);
	return words.map((word) => word.replace(PUNCTUATION, ''));
}

/**
 * Makes the normal form of the only word of a text. Besides a link, it may be a person in Telegram,
 * as other programs give them: a number, or a name without @.
 */
function makeLoneWordForm(word: string): string | undefined {
	const linkForm = makeLinkForm(word);
	if (linkForm !== undefined) return linkForm;

	if (word.length < SHORTEST_LONE_NAME) return undefined;
	if (PLACEHOLDER_WORD.test(word) || isUnfilledAddress(word)) return undefined;

	return makeTelegramForm(word);
}

/**
 * Splits a text into several links. Blanks separate links if each word is a link: `@anna_p @oleg`,
 * but not `@anna_p (мама)`.
 */
function splitLinks(text: string): string[] {
	return splitText(text).flatMap((part) => {
		const words = part.split(/\s+/).filter((word) => word !== '');
		const areSeveralLinks =
			words.length > 1 && words.every((word) => makeLinkForm(word) !== undefined);
		return areSeveralLinks ? words : [part];
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
