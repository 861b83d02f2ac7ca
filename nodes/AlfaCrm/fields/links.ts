import { normalizeText, withoutInvisible } from './normalizeText';
import type { FieldKind } from './kind';
import { itemsOf, parts } from './lists';
import { isStoredText, readText, severalTexts } from './text';
import type { OfType } from '../entities/fieldTypes';

/** Of a person in Telegram: letters, digits and underscores. */
const NAME = /^[a-z]\w{2,30}[a-z\d]$/i;
/** By which a messenger knows a person; a group's begins with a minus. */
const NUMBER = /^[1-9]\d{4,15}$/;
/** A bare word may mean anything if it is so short. */
const SHORTEST_ALONE = 5;
/** What services and programs call themselves, or nobody. */
const NO_NAME = /^(?:unknown|username|telegram|whatsapp|instagram|facebook|vkontakte)$/i;
/** What an expression that found nothing leaves at the end: t.me/undefined, vk.com/id. */
const NOTHING =
	/(?:(?:^|[@/=+]|\/id)(?:undefined|null|nan)|[?&](?:\w*id|sel|domain|phone)=|\/[@+]|(?:vk\.\w+|\.me)\/id)\/*$/i;
/** What goes on after that is a letter. */
const LONGEST = 1_000;

/** A person of Telegram by name or number. */
function telegram(who: string): string | undefined {
	if (NUMBER.test(who)) return who;
	return NAME.test(who) ? `telegram:${who.toLowerCase()}` : undefined;
}

/** An address of a service, in which the first group says who it is. */
interface Service {
	host: RegExp;
	path: RegExp;
	formOf: (who: string) => string | undefined;
}

const SERVICES: readonly Service[] = [
	{
		host: /^(?:t|telegram)\.me$|^telegram\.dog$/,
		path: /^(?!(?:share|proxy|socks)\?)(?:s\/)?@?(\w+)\/?(?:[?#].*)?$/i,
		formOf: telegram,
	},
	// What stands behind the name may say who is meant: vk.com/im?sel=1.
	{
		host: /^(?:m\.)?vk(?:\.com|\.ru|ontakte\.ru)$/,
		path: /^([\w.]+)\/?$/i,
		formOf: (who) => `vk:${who.toLowerCase()}`,
	},
	{
		host: /^instagram\.com$/,
		path: /^([\w.]+)\/?(?:[?#].*)?$/i,
		formOf: (who) => `instagram:${who.toLowerCase()}`,
	},
	{ host: /^wa\.me$/, path: /^\+?(\d+)\/?(?:[?#].*)?$/, formOf: (who) => `whatsapp:${who}` },
	{
		host: /^(?:api|web)\.whatsapp\.com$/,
		path: /^send\/?\?(?:\S*&)?phone=(?:\+|%2b)?(\d+)/i,
		formOf: (who) => `whatsapp:${who}`,
	},
];

const ADDRESS = /^(?:https?:\/\/)?((?:[\p{L}\d_-]+\.)+\p{L}{2,}(?::\d+)?)(?:\/|(?=[?#])|$)(.*)$/iu;
/** A sign and a name, and how Telegram's application and its page in a browser name a person. */
const IN_TELEGRAM =
	/^(?:@|tg:\/\/\S*?[?&](?:domain|id|user_id)=|(?:https?:\/\/)?web\.telegram\.org\/\S*#@?)(\w+)(?=&|$)/i;

/** What a word stands for that says by itself what it is: an address, or @ and a name. */
function linkIn(word: string): string | undefined {
	if (NOTHING.test(word)) return undefined;
	const [, who] = IN_TELEGRAM.exec(word) ?? [];
	if (who !== undefined) return telegram(who);
	const [, given = '', path = ''] = ADDRESS.exec(word) ?? [];
	const host = given.toLowerCase().replace(/^www\./, '');
	const [, person] = /^(\w+)\.t\.me$/.exec(host) ?? [];
	if (person !== undefined) return telegram(person);
	const service = SERVICES.find((one) => one.host.test(host));
	const [, named] = service?.path.exec(path) ?? [];
	const form = named === undefined ? undefined : service?.formOf(named);
	if (form !== undefined) return form;
	const rest = path.replace(/\/+$/, '');
	// A service alone is everybody's.
	if (host === '' || (service && rest === '')) return undefined;
	return rest === '' ? host : `${host}/${rest}`;
}

/** What is Telegram's by the word in front of it; without its sign only where nothing follows. */
const LABELLED =
	/(?<=^|[\s([{,;])(?:tg|тг|telegram|телеграмм?)(?:\s+id)?[\s:–—-]+(?:@(?=\w+(?:[\s,;.)]|$))|(?=\w+\s*$))/giu;
/** Around a word, and no part of it. */
const AROUND = /^[([{<«"'„“]+|[)\]}>»"'”“,.;:!]+$/g;

/** What stands in a text: each link in the one form of all its spellings, and the words beside. */
function read(value: unknown): { forms: string[]; rest: string } {
	const text = withoutInvisible(typeof value === 'string' ? value : (readText(value) ?? '')).normalize(
		'NFKC',
	);
	if (text.length > LONGEST) return { forms: [], rest: normalizeText(text) };
	const words = text
		.trim()
		.replace(LABELLED, 't.me/')
		.split(/\s+/)
		.map((word) => word.replace(AROUND, ''));
	const links = words.map((word) => (words.length === 1 ? (linkIn(word) ?? personIn(word)) : linkIn(word)));
	// Beside other words a name may be that of any service.
	const isSure = !links.includes(undefined);
	const forms = links.map((link, index) => (isSure || !words[index].startsWith('@') ? link : undefined));
	return {
		forms: [...new Set(forms)].filter((form) => form !== undefined).sort(),
		rest: normalizeText(words.filter((_word, index) => forms[index] === undefined).join(' ')),
	};
}

/** As programs give a person of Telegram: the number, or the name without a sign. */
const personIn = (word: string): string | undefined =>
	word.length < SHORTEST_ALONE || NO_NAME.test(word) || NOTHING.test(word) ? undefined : telegram(word);

/** Addresses that only blanks separate are several. */
const split = (text: string): string[] =>
	parts(text).flatMap((part) => {
		const words = part.split(/\s+/).filter((word) => word !== '');
		return words.length > 1 && words.every(linkIn) ? words : [part];
	});

/** Addresses of websites, and people in messengers. */
export const links: FieldKind<OfType<'links'>> = {
	...severalTexts,
	noun: 'web address, or name or number in Telegram',
	items: (_field, value) => itemsOf(value, split),
	normalize: (_field, item) => read(item).forms,
	isSame(_field, one, other) {
		const [left, right] = [read(one), read(other)];
		return left.rest === right.rest && left.forms.join(' ') === right.forms.join(' ');
	},
	isStored: isStoredText,
	// What has other words is not the same.
	mayHaveWords: () => false,
	searchForms: (_field, name, item) => [{ [name]: item }],
};
