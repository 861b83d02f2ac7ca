import { UserFacingError } from './bootstrap/userFacingError';
import { flagsOf } from './lib/flags';
import { ROOT } from './lib/paths';
import { say } from './lib/progress';
import { isEmail, isLogin, isRepository, setOwner } from './lib/release/owner';

/** `npm run set-owner -- <github-owner>`: whoever publishes the package says so once. */
export async function main() {
	const command = flagsOf('set-owner')
		.argument('<github-owner>', 'the user or organisation that the repository belongs to')
		.option('--repository <name>', 'on GitHub, if it is not called as before')
		.option('--name <name>', 'the author in package.json and LICENSE; without it, the owner')
		.option('--email <address>', "the author's address; without it, the one that GitHub gives the owner")
		.parse();
	const [login] = command.args;
	if (!isLogin(login)) throw new UserFacingError(`"${login}" is not a name that GitHub gives to anybody.`);
	const { repository, name, email } = command.opts<{ repository?: string; name?: string; email?: string }>();
	if (repository !== undefined && !isRepository(repository))
		throw new UserFacingError(`"${repository}" is no name of a repository.`);
	if (name?.trim() === '') throw new UserFacingError('The name is empty; without --name it is the owner.');
	if (email !== undefined && !isEmail(email)) throw new UserFacingError(`"${email}" is no email address.`);
	const { owner, changed } = await setOwner(ROOT, { login, repository, name: name?.trim(), email });
	say(`${owner.name} <${owner.email}>, https://github.com/${owner.login}/${owner.repository}`);
	say(changed.length === 0 ? 'Everything said so already.' : changed.map((file) => `  ${file}`).join('\n'));
	return 0;
}
