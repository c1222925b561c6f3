import type { Command, CommandOption } from "./command.ts";

/** A script that completes command lines, made from the table of commands. */
export function completionScript(shell: "bash" | "zsh" | "fish", commands: readonly Command[]): string {
  if (shell === "bash") return bash(commands);
  return shell === "zsh" ? zsh(commands) : fish(commands);
}

const isFolder = ({ value }: CommandOption): boolean => value === "<folder>";
const isPath = ({ value }: CommandOption): boolean =>
  value === "<path>" || isFolder({ value } as CommandOption);
const names = (commands: readonly Command[]): string => commands.map(({ name }) => name).join(" ");
const words = ({ options, actions }: Command): string =>
  [...actions, ...options.map(({ name }) => `--${name}`), "--help"].join(" ");

function bash(commands: readonly Command[]): string {
  const cases = commands.map((command) => {
    const values = command.options
      .filter((each) => each.choices !== null || isPath(each))
      .map(({ name, choices }) =>
        choices === null
          ? `        --${name}) COMPREPLY=($(compgen -f -- "$current")); return ;;\n`
          : `        --${name}) COMPREPLY=($(compgen -W "${choices.join(" ")}" -- "$current")); return ;;\n`,
      );
    const previous = values.length === 0 ? "" : `      case "$previous" in\n${values.join("")}      esac\n`;
    return `    ${command.name})\n${previous}      list="${words(command)}" ;;\n`;
  });
  return `# Completion of epigraph for bash.
_epigraph() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" list
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names(commands)} --help --version" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join("")}  esac
  COMPREPLY=($(compgen -W "$list" -- "$current"))
}
complete -o default -F _epigraph epigraph
`;
}

function zsh(commands: readonly Command[]): string {
  const described = commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}\n`).join("");
  const cases = commands.map((command) => {
    const options = command.options.map((each) => `        ${quote(zshOption(each))} \\\n`).join("");
    const rest =
      command.actions.length === 0 ? "'*:file:_files'" : `'1:action:(${command.actions.join(" ")})'`;
    return `    ${command.name})\n      _arguments \\\n${options}        '--help[Show help]' \\\n        ${rest} ;;\n`;
  });
  return `#compdef epigraph
# Completion of epigraph for zsh.
_epigraph() {
  local -a commands
  commands=(
${described}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=\${words[2]}
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join("")}  esac
}
compdef _epigraph epigraph
`;
}

function zshOption(each: CommandOption): string {
  const text = each.text.replace(/[[\]:]/g, " ");
  const head = `--${each.name}[${text}]`;
  if (each.value === null) return head;
  const action = each.choices === null ? (isPath(each) ? "_files" : " ") : `(${each.choices.join(" ")})`;
  return `${head}:${each.name}:${action}`;
}

function fish(commands: readonly Command[]): string {
  const first = commands.map(
    ({ name, summary }) =>
      `complete -c epigraph -n __fish_use_subcommand -f -a ${name} -d ${quote(summary)}\n`,
  );
  const others = commands.flatMap(({ name, options, actions }) => {
    const seen = `complete -c epigraph -n '__fish_seen_subcommand_from ${name}'`;
    return [
      ...(actions.length === 0 ? [] : [`${seen} -f -a '${actions.join(" ")}'\n`]),
      ...options.map((each) => {
        const value =
          each.choices === null
            ? each.value === null
              ? ""
              : isPath(each)
                ? " -r"
                : " -x"
            : ` -x -a '${each.choices.join(" ")}'`;
        return `${seen} -l ${each.name}${value} -d ${quote(each.text)}\n`;
      }),
      `${seen} -l help -d 'Show help'\n`,
    ];
  });
  return `# Completion of epigraph for fish.\n${first.join("")}${others.join("")}`;
}

/** For a shell, between single quotes. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
