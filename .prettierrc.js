module.exports = {
	semi: true,
	singleQuote: true,
	trailingComma: 'all',
	useTabs: true,
	tabWidth: 2,
	printWidth: 110,
	arrowParens: 'always',
	overrides: [
		// What is published is as wide as n8n's own code.
		{ files: ['nodes/**/*.ts', 'credentials/**/*.ts'], options: { printWidth: 100 } },
	],
};
