import {Argument, type Command} from 'commander';
import {completionScripts, type Shell} from '../complete/scripts.ts';
import {processConsole} from '../session.ts';

/** `femto completion`: prints a script for a shell. */
export function addCompletionCommand(program: Command): void {
	program
		.command('completion')
		.description('Prints a script that lets a shell complete commands, options, and names from the cluster.')
		.addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(completionScripts)))
		.addHelpText('after', `
Examples:
  source <(femto completion bash)          in ~/.bashrc
  source <(femto completion zsh)           in ~/.zshrc
  femto completion fish | source           in ~/.config/fish/config.fish

kubectl femto completes by itself when bin/kubectl_complete-femto is on the PATH.`)
		.action((shell: Shell) => processConsole.out(completionScripts[shell]));
}
