import fs from 'node:fs';
import path from 'node:path';
import execa from 'execa';
import { readJson, writeJson } from './json';
import { inRepo } from './paths';

/** The person or organisation that publishes the package, as package.json names it. */
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

/** A new owner. The values that are left out follow from the login and the former owner. */
interface NewOwner {
	login: string;
	repository?: string;
	name?: string;
	email?: string;
}

/** The owner that the repository names until somebody publishes the package. */
const PLACEHOLDER: Owner = {
	login: 'n8n-nodes-alfacrm',
	repository: 'n8n-nodes-alfacrm',
	name: 'n8n-nodes-alfacrm contributors',
	email: 'maintainers@n8n-nodes-alfacrm.dev',
};

/** The domain of the addresses that GitHub gives to users who keep their own private. They take no mail. */
const NO_REPLY_DOMAIN = 'users.noreply.github.com';

/** Writes a new owner into a working copy, and formats the files, since names of another length break lines elsewhere. */
export async function setOwner(root: string, newOwner: NewOwner) {
	const result = writeOwner(root, newOwner);
	if (result.changed.length > 0) {
		await execa('prettier', ['--write', '--ignore-unknown', ...result.changed], {
			cwd: root,
			localDir: inRepo(),
			preferLocal: true,
		});
	}
	return result;
}

/**
 * Writes a new owner into every file of a working copy that names the former one.
 *
 * @returns the new owner, and the files that were changed
 */
export function writeOwner(root: string, newOwner: NewOwner): { owner: Owner; changed: string[] } {
	const formerOwner = readOwner(readJson<Manifest>(path.join(root, 'package.json')));
	const owner = completeOwner(newOwner, formerOwner);

	const files = findFilesWith(root, [formerOwner.login, formerOwner.name]);
	const changed = files.filter((file) => rewriteFile(path.join(root, file), formerOwner, owner));
	const isAuthorChanged = writeAuthor(path.join(root, 'package.json'), owner);
	if (isAuthorChanged && !changed.includes('package.json')) changed.push('package.json');
	return { owner, changed };
}

/** Lists the places of package.json that still name the placeholder. */
export function placeholdersIn(manifest: Manifest): string[] {
	const { login, name, email } = readOwner(manifest);
	const isPlaceholderUrl = (url: string) => url.includes(`github.com/${PLACEHOLDER.login}/`);
	const [, placeholderDomain] = PLACEHOLDER.email.split('@');

	const placeholders: string[] = [];
	if (login === '' || login === PLACEHOLDER.login) placeholders.push('repository');
	if (isPlaceholderUrl(manifest.homepage)) placeholders.push('homepage');
	if (isPlaceholderUrl(manifest.bugs.url)) placeholders.push('bugs');
	if (name === PLACEHOLDER.name) placeholders.push('author.name');
	if (email.endsWith(`@${placeholderDomain}`)) placeholders.push('author.email');
	return placeholders;
}

/**
 * Checks that package.json names the repository in which the workflow runs. npm compares the two
 * letter by letter, and refuses the provenance of the package if they differ.
 *
 * @param actualRepository owner and name, as GitHub writes them
 */
export function repositoryFaults(manifest: Manifest, actualRepository: string): string[] {
	const { login, repository } = readOwner(manifest);
	const namedRepository = `${login}/${repository}`;
	if (namedRepository === actualRepository) return [];
	return [`package.json names ${namedRepository}, and this is ${actualRepository}`];
}

/** Checks that the address to which SECURITY.md and CODE_OF_CONDUCT.md send people takes mail. */
export function mailFaults({ author: { email } }: Manifest): string[] {
	if (!email.endsWith(`@${NO_REPLY_DOMAIN}`)) return [];
	return [`SECURITY.md sends people to ${email}, which takes no mail`];
}

function readOwner({ author, repository }: Manifest): Owner {
	const address = /github\.com\/([^/]+)\/([^/#]+?)(?:\.git)?$/.exec(repository.url);
	const [, login = '', repositoryName = ''] = address ?? [];
	return {
		login,
		repository: repositoryName,
		name: author.name,
		email: author.email,
	};
}

/** Fills in what is left out of a new owner: the former values, or what follows from the login in place of placeholders. */
function completeOwner({ login, repository, name, email }: NewOwner, formerOwner: Owner): Owner {
	const hasPlaceholderName = formerOwner.name === PLACEHOLDER.name;
	const noReplyOfFormerOwner = makeNoReplyAddress(formerOwner.login);
	const hasPlaceholderEmail = [PLACEHOLDER.email, noReplyOfFormerOwner].includes(formerOwner.email);
	const defaultName = hasPlaceholderName ? login : formerOwner.name;
	const defaultEmail = hasPlaceholderEmail ? makeNoReplyAddress(login) : formerOwner.email;

	return {
		login,
		repository: repository ?? formerOwner.repository,
		name: name ?? defaultName,
		email: email ?? defaultEmail,
	};
}

/** Makes the address that GitHub gives to a user who keeps the own address private. */
function makeNoReplyAddress(login: string): string {
	return `${login}@${NO_REPLY_DOMAIN}`;
}

/** Writes the author into package.json. Returns whether the file has changed. */
function writeAuthor(file: string, { name, email }: Owner): boolean {
	const manifest = readJson<Manifest>(file);
	const { author } = manifest;
	if (author.name === name && author.email === email) return false;
	writeJson(file, { ...manifest, author: { ...author, name, email } });
	return true;
}

/** Replaces the owner in a file. Returns whether the file has changed. */
function rewriteFile(file: string, formerOwner: Owner, owner: Owner): boolean {
	const text = fs.readFileSync(file, 'utf8');
	const newText = replaceOwner(path.basename(file), text, formerOwner, owner);
	if (newText === text) return false;
	fs.writeFileSync(file, newText);
	return true;
}

function replaceOwner(fileName: string, text: string, formerOwner: Owner, owner: Owner): string {
	if (fileName === 'CODEOWNERS') {
		const mention = new RegExp(`@${formerOwner.login}(?![\\w-])`, 'g');
		return text.replaceAll(mention, `@${owner.login}`);
	}
	if (fileName === 'LICENSE') {
		const [, year = ''] = /\(c\) ([\d-]+)/.exec(text) ?? [];
		// A function, because a text would fill in marks such as `$1` of the name.
		return text.replace(`(c) ${year} ${formerOwner.name}`, () => `(c) ${year} ${owner.name}`);
	}

	// Addresses of the repository on GitHub, of its raw files, and of its badges on shields.io.
	const hosts = '(github\\.com/|githubusercontent\\.com/|shields\\.io/github/[\\w/-]*?)';
	const address = new RegExp(`${hosts}${formerOwner.login}/${formerOwner.repository}(?![\\w-])`, 'g');
	return text.replaceAll(address, `$1${owner.login}/${owner.repository}`);
}

/** Finds the files that contain one of the words. The tests are left out, since they name invented owners. */
function findFilesWith(root: string, words: string[]): string[] {
	const patterns = words.flatMap((word) => ['-e', word]);
	const paths = ['--', '.', ':!test', ':!package-lock.json'];
	const args = ['grep', '--no-index', '--exclude-standard', '-lIF', ...patterns, ...paths];
	const { stdout } = execa.sync('git', args, { cwd: root, reject: false });
	return stdout.split('\n').filter(Boolean);
}
