import { makeCommand } from './lib/flags';
import { ROOT } from './lib/paths';
import { say } from './lib/progress';
import { setOwner } from './lib/owner';

/** `npm run set-owner -- <github-owner>`: whoever publishes the package says so once. */
export async function main() {
	const command = makeCommand('set-owner')
		.argument('<github-owner>', 'the user or organisation that the repository belongs to')
		.option('--repository <name>', 'on GitHub, if it is not called as before')
		.option('--name <name>', 'the author in package.json and LICENSE; without it, the owner')
		.option('--email <address>', "the author's address; without it, the one that GitHub gives the owner")
		.parse();
	const [login] = command.args;
	const { repository, name, email } = command.opts<{ repository?: string; name?: string; email?: string }>();
	const { owner, changed } = await setOwner(ROOT, { login, repository, name, email });
	say(`${owner.name} <${owner.email}>, https://github.com/${owner.login}/${owner.repository}`);
	say(changed.length === 0 ? 'Everything said so already.' : changed.map((file) => `  ${file}`).join('\n'));
	return 0;
}
