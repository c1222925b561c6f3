import { Component, type ReactNode } from "react";
import { Button } from "../ui/basics.tsx";

/** A view that fails takes nothing else with it, and says what it failed with. */
export class ErrorBoundary extends Component<
  { readonly children: ReactNode },
  { readonly error: Error | null }
> {
  override state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { readonly error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="empty">
        <h2>This view could not be shown</h2>
        <pre className="notice mono" role="alert">
          {error.message}
        </pre>
        <Button onClick={() => this.setState({ error: null })}>Try again</Button>
      </div>
    );
  }
}
