import fs from 'node:fs';
import path from 'node:path';
import execa from 'execa';
import { readJson, writeJson } from './json';
import { inRepo } from './paths';

/** Who publishes the package, as package.json says it. */
interface Owner {
	/** The user or organisation on GitHub. */
	login: string;
	repository: string;
	name: string;
	email: string;
}

export interface Manifest {
	name: string;
	version: string;
	author: { name: string; email: string };
	homepage: string;
	repository: { type: string; url: string };
	bugs: { url: string };
}

interface Wanted {
	login: string;
	repository?: string;
	name?: string;
	email?: string;
}

/** What stands in the repository until somebody publishes it. */
const PLACEHOLDER: Owner = {
	login: 'n8n-nodes-alfacrm',
	repository: 'n8n-nodes-alfacrm',
	name: 'n8n-nodes-alfacrm contributors',
	email: 'maintainers@n8n-nodes-alfacrm.dev',
};
/** Where GitHub's own addresses are, at which nobody can be reached. */
const NO_MAIL = 'users.noreply.github.com';

function ownerOf({ author, repository }: Manifest): Owner {
	const [, login = '', name = ''] = /github\.com\/([^/]+)\/([^/#]+?)(?:\.git)?$/.exec(repository.url) ?? [];
	return { login, repository: name, name: author.name, email: author.email };
}

/** What of the owner nobody has set yet, by the names of package.json. */
export function placeholdersIn(manifest: Manifest): string[] {
	const { login, name, email } = ownerOf(manifest);
	const isOurs = (url: string) => url.includes(`github.com/${PLACEHOLDER.login}/`);
	return [
		login === '' || login === PLACEHOLDER.login ? 'repository' : '',
		isOurs(manifest.homepage) ? 'homepage' : '',
		isOurs(manifest.bugs.url) ? 'bugs' : '',
		name === PLACEHOLDER.name ? 'author.name' : '',
		email.endsWith(`@${PLACEHOLDER.email.split('@')[1]}`) ? 'author.email' : '',
	].filter(Boolean);
}

/**
 * npm refuses a statement of another repository than package.json names, letter by letter.
 * @param actual the repository that the workflow runs in, as GitHub writes it
 */
export function repositoryFaults(manifest: Manifest, actual: string): string[] {
	const { login, repository } = ownerOf(manifest);
	const named = `${login}/${repository}`;
	return named === actual ? [] : [`package.json names ${named}, and this is ${actual}`];
}

/**
 * Puts the owner in every place of a working copy that names one.
 * @param wanted without a name or email: what is there, or, where that is a placeholder, what GitHub calls the owner
 * @returns the files that were changed
 */
export function writeOwner(root: string, wanted: Wanted): { owner: Owner; changed: string[] } {
	const file = path.join(root, 'package.json');
	const former = ownerOf(readJson<Manifest>(file));
	const { login } = wanted;
	const owner: Owner = {
		login,
		repository: wanted.repository ?? former.repository,
		name: wanted.name ?? (former.name === PLACEHOLDER.name ? login : former.name),
		email:
			wanted.email ??
			(former.email === PLACEHOLDER.email || former.email === noReply(former.login)
				? noReply(login)
				: former.email),
	};
	const files = filesWith(root, [former.login, former.name]);
	const changed = files.filter((name) => rewrite(path.join(root, name), former, owner));
	const manifest = readJson<Manifest>(file);
	const { name, email } = manifest.author;
	if (name !== owner.name || email !== owner.email) {
		writeJson(file, { ...manifest, author: { ...manifest.author, name: owner.name, email: owner.email } });
		if (!changed.includes('package.json')) changed.push('package.json');
	}
	return { owner, changed };
}

/** The same, and tidies up: a longer or shorter name breaks lines in other places, which `npm run format` would refuse. */
export async function setOwner(root: string, wanted: Wanted) {
	const written = writeOwner(root, wanted);
	const options = { cwd: root, localDir: inRepo(), preferLocal: true };
	const { changed } = written;
	if (changed.length > 0) await execa('prettier', ['--write', '--ignore-unknown', ...changed], options);
	return written;
}

/** The address that GitHub gives everybody who keeps their own private. */
const noReply = (login: string) => `${login}@${NO_MAIL}`;

/** SECURITY.md and CODE_OF_CONDUCT.md send people to the address of the author; GitHub's own take no mail. */
export function mailFaults({ author: { email } }: Manifest): string[] {
	return email.endsWith(`@${NO_MAIL}`) ? [`SECURITY.md sends people to ${email}, which takes no mail`] : [];
}

/** @returns whether the file has changed */
function rewrite(file: string, former: Owner, owner: Owner): boolean {
	const text = fs.readFileSync(file, 'utf8');
	const wanted = withOwner(path.basename(file), text, former, owner);
	if (wanted === text) return false;
	fs.writeFileSync(file, wanted);
	return true;
}

function withOwner(name: string, text: string, former: Owner, owner: Owner): string {
	if (name === 'CODEOWNERS')
		return text.replaceAll(new RegExp(`@${former.login}(?![\\w-])`, 'g'), `@${owner.login}`);
	if (name === 'LICENSE')
		return text.replace(`(c) ${yearOf(text)} ${former.name}`, () => `(c) ${yearOf(text)} ${owner.name}`);
	// Addresses of GitHub itself, of its files, and of the badges that shields.io draws of it.
	const address = new RegExp(
		`(github\\.com/|githubusercontent\\.com/|shields\\.io/github/[\\w/-]*?)${former.login}/${former.repository}(?![\\w-])`,
		'g',
	);
	return text.replaceAll(address, `$1${owner.login}/${owner.repository}`);
}

const yearOf = (license: string) => /\(c\) ([\d-]+)/.exec(license)?.[1] ?? '';

/** The files that hold one of these words, as paths inside the folder; the tests speak of owners only to try them out. */
function filesWith(root: string, words: string[]): string[] {
	const where = ['--', '.', ':!test', ':!package-lock.json'];
	const patterns = words.flatMap((word) => ['-e', word]);
	const args = ['grep', '--no-index', '--exclude-standard', '-lIF', ...patterns, ...where];
	return execa.sync('git', args, { cwd: root, reject: false }).stdout.split('\n').filter(Boolean);
}
